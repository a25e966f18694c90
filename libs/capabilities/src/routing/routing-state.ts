import {
  type AgentSettingsDto,
  type Availability,
  type Channel,
  type EndReason,
  type Priority,
  type TeamSettingsDto,
  type TextDirection,
} from '#contracts';
import { type EpochMs } from '#kernel';

export type RoutingAct = 'assign' | 'offer' | 'return';

/** A conversation in which it is our turn. */
export interface RoutingItem {
  readonly id: string;
  /** Of the conversation, as far as is known. */
  readonly version: number;
  readonly customerId: string;
  readonly channel: Channel;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly direction: TextDirection | null;
  /** Since when it is our turn. */
  readonly since: EpochMs;
  readonly dueAt: EpochMs | null;
  readonly agent: string | null;
  /** Who had the customer before. */
  readonly previousAgent: string | null;
  /** Somebody whom it is given or offered to, or taken from, until the log says what became of that: room is kept for them. A command that was lost is not waited for beyond `until`. */
  readonly pending: { readonly act: RoutingAct; readonly agent: string; readonly until: EpochMs } | null;
  /** Somebody who is asked, until when. */
  readonly offer: { readonly agent: string; readonly until: EpochMs } | null;
  /** Those who were asked and did not take it. */
  readonly letPass: readonly string[];
  /** Everybody was asked, and nobody is asked again before that time. */
  readonly askedAgainAt?: EpochMs | null;
  /** How often everybody was asked. */
  readonly timesAsked?: number;
  /** What was decided about it was not done: it is otherwise than is known here, and nothing is decided before that is told, or time has passed. */
  readonly heldUntil: EpochMs | null;
  /** How often that was so, one time after the other, with nothing told in between. */
  readonly timesHeld?: number;
  /** It is not our turn any more; remembered while something is pending. */
  readonly left: boolean;
}

export type Part<Value> = Readonly<Record<string, Value>>;

/**
 * Conversations by id, in parts of parts by the last three digits of the id: a state is never changed, so that each change copies what it is in. Of
 * 100,000 that is some 70 entries; in 256 parts of one level it was 650, and most of the time of an event.
 */
export type RoutingItems = Part<Part<Part<Part<RoutingItem>>>>;

export interface RoutingAgent {
  readonly settings: AgentSettingsDto | null;
  readonly availability: Availability;
  /** When something was last given to them or went from them, or they came. */
  readonly idleSince: EpochMs;
  /** Which of all decisions was the last that gave them something; 0: none. A number, because several are made at one instant. */
  readonly turn: number;
  /** When conversations were given to them, as many as their rate may have to count. */
  readonly given: readonly EpochMs[];
  /** The account was disabled, or the key has ended: they are not given anything before that time, or before something is said of them. An account may be enabled again, which nothing says here. Unknown in states that were stored when this was a flag. */
  readonly goneUntil?: EpochMs | null;
  /** Why they are gone, where they did not go by themselves. */
  readonly ended?: EndReason | null;
}

export interface RoutingState {
  readonly teams: Readonly<Record<string, TeamSettingsDto>>;
  readonly agents: Readonly<Record<string, RoutingAgent>>;
  readonly items: RoutingItems;
  /** Decisions that gave somebody something, so far. */
  readonly turns: number;
}

export const noRouting: RoutingState = { teams: {}, agents: {}, items: {}, turns: 0 };

export const unknownAgent: RoutingAgent = {
  settings: null,
  availability: 'offline',
  idleSince: 0,
  turn: 0,
  given: [],
  goneUntil: null,
};
