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
  /** Who of a source that many send to, as far as it says so: a UUID that nobody can guess it from. Each has a share of the source's room. */
  readonly sender?: string;
  /** As it came in, with all that is needed to try again; sealed. */
  readonly sealed: string;
  readonly reasons: readonly QuarantineReason[];
  /** Whom it names, as far as that can be recognised: UUIDs of personas. Erasing one of them removes it. */
  readonly personas: readonly string[];
  readonly at: EpochMs;
}

export interface Quarantined extends Omit<NewQuarantined, 'personas' | 'sender'> {
  /** How often it was tried again. */
  readonly tries: number;
  readonly triedAt: EpochMs | undefined;
}

export interface QuarantineLimits {
  readonly messages: number;
  readonly messagesOfSource: number;
  readonly messagesOfSender: number;
  /** Of all sealed texts together. */
  readonly bytes: number;
  readonly bytesOfSource: number;
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

/** What time, and erasing somebody, do to the quarantine. Each answers how many messages are gone. */
export interface QuarantineUpkeep {
  /** Messages that were kept before it was written down whom they name; oldest first. */
  unread(limit: number): Promise<readonly Quarantined[]>;
  /** Writes down whom one of those names. */
  name(id: string, personas: readonly string[]): Promise<void>;
  removeNaming(personaId: string): Promise<number>;
  /** Those of somebody whose erasure was begun after they came: by whoever did not know of them, or before a restore. */
  removeErased(): Promise<number>;
  /** Of those that name nobody and came before, the oldest. */
  removeUnnamed(before: EpochMs, limit: number): Promise<number>;
}
