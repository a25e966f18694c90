import { type PromiseStatus } from './conversation-words.js';

/** Something that we told the customer we would do by a time. Times are RFC 3339 in UTC. */
export interface ConversationPromiseView {
  readonly id: string;
  /** `null` when it was erased. */
  readonly what: string | null;
  /** What the customer has to do first. */
  readonly condition: string | null;
  /** Who of us keeps it: kind and id. */
  readonly owner: string;
  readonly dueAt: string;
  /** One that is open and was due is broken. */
  readonly status: PromiseStatus;
  readonly madeAt: string;
  /** Who made it: kind and id. */
  readonly by: string;
  /** When it was broken; it stays so, whether it was kept late or waived since. */
  readonly brokenAt: string | null;
  /** When it was kept or waived. */
  readonly settledAt: string | null;
  /** How often another time was agreed. */
  readonly reschedules: number;
  /** Of the event that made it. */
  readonly position: string;
}

export interface ConversationPromisesView {
  readonly conversationId: string;
  /** In the order in which they were made. */
  readonly promises: readonly ConversationPromiseView[];
}
