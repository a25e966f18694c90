import { type Channel, type ClockKind, type ClockVerdict } from '#contracts';
import { type EpochMs, type Table } from '#kernel';
import { type ClockedConversation } from '../clocked-conversation.js';

/** Whose a conversation was when something ended in it: the agent who had it or, where nobody did, who ended it. */
export interface Whose {
  readonly agent: string;
  readonly team: string | null;
}

/** What is known of a clock until it ends. */
export interface KnownClock {
  readonly policyId: string;
  readonly startedAt: EpochMs;
  readonly breached: boolean;
}

/** What later facts of a conversation are made with. */
export interface Standing {
  readonly conversation: ClockedConversation;
  /** By stream; those that neither ended nor were cancelled. */
  readonly clocks: Readonly<Record<string, KnownClock>>;
  /** Waits that ended and whose clock has not said so yet: it may be told long after, when the conversation is somebody else's. */
  readonly ended: readonly (Whose & { readonly stream: string })[];
  /** Public ones of persons. */
  readonly replies: number;
  /** Waits whose verdict was told, newest last: a merge, its end or a split may have other clocks measure them again. */
  readonly judged: readonly string[];
  /** Whose it was since when, newest last: a breach is noticed long after it was due, when it may be somebody else's. */
  readonly given: readonly (Whose & { readonly at: EpochMs })[];
}

/** A figure's raw material: a conversation, a wait that ended in it, or the verdict and the business time of one of its clocks. */
export type ResponseFactRow = {
  readonly conversation_id: string;
  /** `conversation`, `resolution` (the first one), or the position of the event that it tells of. */
  readonly name: string;
  readonly customer_id: string;
  readonly fact: 'conversation' | 'wait' | 'clock';
  readonly kind: ClockKind | null;
  /** When it was opened; when the wait ended; when the clock was stopped, or breached. */
  readonly at: EpochMs;
  readonly channel: Channel | null;
  /** Of a conversation, the first that it was given to: its opening counts there, wherever it goes. */
  readonly team: string | null;
  /** 〃; `nobody` where it is nobody's. */
  readonly agent: string;
  readonly stage: ClockedConversation['stage'];
  /** By the calendar on the wall: from the start to the end, pauses and closed hours included. */
  readonly elapsed_ms: bigint | null;
  /** As the clock counted. */
  readonly business_ms: bigint | null;
  readonly policy: string | null;
  /** `null` where an earlier row of the same wait has it: each counts once. */
  readonly verdict: ClockVerdict | null;
  /** Of a resolution, how many public replies of persons there were before and within 7 days after it; `null` of imported history, which does not tell. */
  readonly replies: number | null;
  readonly reopened_at: EpochMs | null;
  /** Of a conversation alone. */
  readonly standing: Standing | null;
};

export const responseFactsTable: Table = {
  columns: {
    conversation_id: { type: 'uuid' },
    name: { type: 'text' },
    customer_id: { type: 'uuid' },
    fact: { type: 'text' },
    kind: { type: 'text', nullable: true },
    at: { type: 'timestamp' },
    channel: { type: 'text', nullable: true },
    team: { type: 'text', nullable: true },
    agent: { type: 'text' },
    stage: { type: 'text' },
    elapsed_ms: { type: 'bigint', nullable: true },
    business_ms: { type: 'bigint', nullable: true },
    policy: { type: 'text', nullable: true },
    verdict: { type: 'text', nullable: true },
    replies: { type: 'integer', nullable: true },
    reopened_at: { type: 'timestamp', nullable: true },
    standing: { type: 'json', nullable: true },
  },
  primaryKey: ['conversation_id', 'name'],
  owner: 'customer_id',
  indexes: [
    // Every report is of a range of time, and most are of a team or an agent.
    { on: 'at' },
    { on: 'team, at' },
    { on: 'agent, at' },
    // Those that do not count: few.
    { on: 'conversation_id', where: `fact = 'conversation' AND stage <> 'active'` },
  ],
};
