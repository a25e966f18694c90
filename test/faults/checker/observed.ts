import { type LedgerEntry } from '../ledger/ledger.js';

/** An event as it stands in the store's table. */
export interface StoredEvent {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly recordedAt: number;
  /** The workload sent it; everything else is what Safar decided. */
  readonly sent: boolean;
}

/** A record of the topic, duplicates included, in the order of its partition. */
export interface TopicRecord {
  readonly partition: number;
  readonly sequence: number;
  readonly eventId: string;
  readonly position: number;
  readonly key: string;
}

export interface TimelineEntry {
  readonly eventId: string;
  readonly position: number;
  readonly key: string;
}

/** A touchpoint of the workload as its customer's timeline shows it to whoever asks. */
export interface ShownTouchpoint {
  readonly id: string;
  readonly content: string;
}

/** A message that was taken up into a conversation. */
export interface TakenUp {
  /** Event id of the touchpoint that it came with. */
  readonly messageId: string;
  readonly conversationId: string;
}

export interface ConsumerState {
  readonly name: string;
  readonly position: number;
  readonly status: string;
  readonly error: string | null;
  readonly parked: number;
}

/** A read model against a fold of the log in memory. */
export interface ComparedModel {
  readonly name: string;
  readonly differences: number;
  readonly hash: string;
  /** Of a second build, filled from the first event; absent where none was made. */
  readonly rebuiltHash?: string;
}

/** What a process holds when everything is over, against what those of its program held together before. */
export interface Held {
  readonly process: string;
  readonly handles: readonly [before: number, after: number];
  readonly residentMb: readonly [before: number, after: number];
  readonly connections: number;
}

/** Everything that is known of a run when it is over. The checker looks at nothing else. */
export interface Observed {
  readonly ledger: readonly LedgerEntry[];
  readonly store: readonly StoredEvent[];
  /** Absent where there is no Kafka. */
  readonly topic?: readonly TopicRecord[];
  readonly timeline: readonly TimelineEntry[];
  readonly shown: readonly ShownTouchpoint[];
  readonly takenUp: readonly TakenUp[];
  readonly consumers: readonly ConsumerState[];
  /** Commands of reactions that nobody has done. */
  readonly commandsLeft: number;
  readonly models: readonly ComparedModel[];
  /** What is wrong with the audit log; absent when nothing is. */
  readonly auditBroken?: string;
  /** From the last fault until nobody was behind; absent: they were until the checker gave up. */
  readonly healedAfterMs?: number;
  readonly held: readonly Held[];
  /** Processes that do not become ready again, and what they say. */
  readonly unready: readonly string[];
  /** Processes that were asked to stop and did not, or not well. */
  readonly badEnds: readonly string[];
}
