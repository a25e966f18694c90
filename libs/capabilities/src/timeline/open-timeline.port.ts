import { type EpochMs } from '#kernel';

/** An entry as the timeline keeps it: personal members of its data are sealed. */
export interface SealedEntry {
  readonly customerId: string;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly occurredAt: EpochMs;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is left of it. */
export interface OpenedEntry {
  /** Of the schema that `data` follows now: an old event may have been brought to a newer one. */
  readonly schemaVersion: number;
  /** Personal members are back, or absent when they were erased. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly erased: boolean;
}

/** Opens what the timeline keeps sealed, and brings it to the schema of today. */
export interface OpenTimeline {
  /** One for each entry, in their order. Called once for a page: keys are loaded together. */
  open(entries: readonly SealedEntry[]): Promise<readonly OpenedEntry[]>;
}
