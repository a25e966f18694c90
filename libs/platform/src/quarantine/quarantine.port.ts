import { type EpochMs } from '#kernel';

/** What was wrong with a message. Never what was in it. */
export interface QuarantineReason {
  /** JSON Pointer (RFC 6901) into the message or the touchpoint that it became. */
  readonly pointer: string;
  readonly code: string;
}

export interface NewQuarantined {
  /** UUID, the same for the same message of the same source: sent again it is kept once. */
  readonly id: string;
  readonly source: string;
  /** As it came in, with all that is needed to try again; sealed. */
  readonly sealed: string;
  readonly reasons: readonly QuarantineReason[];
  readonly at: EpochMs;
}

export interface Quarantined extends NewQuarantined {
  /** How often it was tried again. */
  readonly tries: number;
  readonly triedAt: EpochMs | undefined;
}

export interface QuarantineLimits {
  readonly messages: number;
  readonly messagesOfSource: number;
  /** Of all sealed texts together. */
  readonly bytes: number;
  /** Of one sealed text. */
  readonly messageBytes: number;
}

export interface QuarantineFilter {
  readonly source?: string;
  /** Only those that came before. */
  readonly before?: EpochMs;
  /** Only those after this one, in the order of `list`. */
  readonly after?: Pick<Quarantined, 'at' | 'id'>;
  readonly limit: number;
}

/** Messages that were taken and could not be used, until somebody decides what becomes of them. */
export interface Quarantine {
  /** Keeps it; false when there is no room, and then nothing was kept. */
  put(message: NewQuarantined): Promise<boolean>;
  /** Oldest first. */
  list(filter: QuarantineFilter): Promise<readonly Quarantined[]>;
  /** By their ids; those that are not there are left out. */
  get(ids: readonly string[]): Promise<readonly Quarantined[]>;
  /** It was tried again in vain, now for these reasons. */
  tried(id: string, reasons: readonly QuarantineReason[], at: EpochMs): Promise<void>;
  /** @returns how many there were. They are gone for good. */
  remove(ids: readonly string[]): Promise<number>;
}
