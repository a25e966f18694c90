import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type EpochMs } from '#kernel';
import { pause, WakeUp } from '#platform/consumers';
import {
  BusGuardError,
  type Bus,
  type BusReader,
  type BusRecord,
  type BusWriter,
  type PartitionEnds,
} from '../bus.port.js';
import { inParts } from '../bytes-of.js';
import { deadLetterOf } from './dead-letters.js';
import {
  acquireInboundLease,
  giveUpInboundLease,
  type InboundClaim,
  type InboundLease,
  InboundLeaseLostError,
  moveInbound,
  type Offsets,
  recordInboundTrouble,
  renewInboundLease,
} from './inbound-checkpoint.js';
import { type InboundOutcome, type Kept, type SetAside } from './inbound-outcome.js';
import { behindRecords, startingOffsets, withoutExpired } from './starting-offsets.js';

/**
 * Stores what records say, one outcome for each, in their order. What throws is tried again with all of them, so doing it twice has to
 * be harmless.
 * @param failures how often the same records failed before
 */
export type TakeInbound = (records: readonly BusRecord[], failures: number) => Promise<readonly InboundOutcome[]>;

export interface InboundParts {
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly topic: string;
  /** Topic of what is refused. */
  readonly deadLetters: string;
  readonly take: TakeInbound;
  readonly setAside: SetAside;
  /** Told of what is stored or in the topic of dead letters, and will not be read again. */
  readonly onTaken?: (outcomes: readonly InboundOutcome[], kept: readonly Kept[]) => void;
  /** Told of records that the topic deleted before they were taken: at most so many. */
  readonly onExpired?: (records: bigint) => void;
  readonly settings?: Partial<InboundSettings>;
}

export interface InboundSettings {
  /** Most records that are taken together. */
  readonly batchSize: number;
  /** Most bytes of dead letters in one write, about. */
  readonly writeBytes: number;
  readonly pollMs: number;
  readonly leaseMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly now: () => EpochMs;
}

const defaults: InboundSettings = {
  batchSize: 200,
  writeBytes: 524_288,
  pollMs: 1_000,
  leaseMs: 10_000,
  backoffMs: 100,
  maxBackoffMs: 5_000,
  now: Date.now,
};

export interface InboundHealth {
  /** `standby`: another process has the lease. `failed`: somebody has to act. */
  readonly state: 'starting' | 'standby' | 'running' | 'retrying' | 'failed';
  /** Records wait to be taken, or it is still finding out. */
  readonly behind: boolean;
  /** Last moment at which it moved or had nothing to do. */
  readonly lastProgressAt: EpochMs;
  readonly error: string | null;
  /** When the oldest record was written that is at hand and not taken. */
  readonly oldestAt: EpochMs | null;
  /** How often another process took the lease over that this one held. */
  readonly leaseLosses: number;
}

export interface Inbound {
  health(): InboundHealth;
  /** Finishes the batch in hand, gives the lease back. */
  stop(): Promise<void>;
}

/** Tries after which what the topic is like is taken for true. */
const PATIENCE = 3;
/** Nothing has failed for that long: then there is nothing, rather than nothing yet. */
const SETTLED_MS = 5_000;

/**
 * Takes what others write to a topic, wherever no other process does: one reads all of it, because the store takes no more from two.
 * First a batch is stored, what is refused is set aside and told of in the topic of dead letters, and only then the offsets move: whoever
 * reads a batch again, after a crash anywhere, finds what it stored. Never rejects: what goes wrong is in `health`.
 */
export function startInbound(parts: InboundParts): Inbound {
  const loop = new InboundLoop(parts, { ...defaults, ...parts.settings });
  const stopping = new AbortController();
  const running = loop.run(stopping.signal);
  return {
    health: () => loop.health,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

class InboundLoop {
  readonly #claim: InboundClaim;
  readonly #wakeUp = new WakeUp();
  #writer: BusWriter | undefined;
  #failures = 0;
  #renewedAt = 0;
  /** Everything before is stored or in the topic of dead letters, whether or not that could be written down. */
  #taken: Offsets = new Map();
  #health: InboundHealth;

  constructor(
    private readonly parts: InboundParts,
    private readonly settings: InboundSettings,
  ) {
    const owner = `${String(process.pid)}-${randomUUID()}`;
    this.#claim = { topic: parts.topic, owner, leaseMs: settings.leaseMs };
    const idle = { oldestAt: null, leaseLosses: 0, error: null };
    this.#health = { state: 'starting', behind: true, lastProgressAt: settings.now(), ...idle };
  }

  get health(): InboundHealth {
    return this.#health;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted)
      try {
        await this.#hold(signal);
      } catch (error) {
        await this.#afterFailure(error, signal);
      }
    await this.#discardWriter();
    const { pool, topic } = this.parts;
    await giveUpInboundLease(pool, topic, this.#claim.owner).catch(() => undefined);
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { pool, bus, topic, deadLetters } = this.parts;
    const ends = await bus.ends(topic);
    const letters = await bus.ends(deadLetters);
    const lease = await acquireInboundLease(pool, this.#claim);
    if (lease === 'taken') {
      this.#report({ state: 'standby', behind: false, ...this.#progress(), oldestAt: null });
      await pause(Math.min(this.settings.pollMs, this.settings.leaseMs / 3), signal);
      this.#looks();
      return;
    }
    const { offsets, expired, short } = startingOffsets(lease.offsets, ends, this.#taken);
    // What was read before is known by its ids, should it come again.
    if (short.length > 0 && this.#failures < PATIENCE)
      throw new Error(`partition ${String(short[0])} of ${topic} ends before what was read of it`);
    const moved = await moveInbound(pool, this.#claim, lease, { offsets, expired });
    if (expired > 0n) this.parts.onExpired?.(expired);
    const reader = await bus.openReader(topic, offsets, 'foreign');
    reader.onArrived(() => {
      this.#wakeUp.knock();
    });
    try {
      await this.#work({ reader, lease: moved, letterPartitions: letters.size }, signal);
    } finally {
      await reader.close();
    }
  }

  async #work({ reader, lease: first, letterPartitions }: Work, signal: AbortSignal): Promise<void> {
    let lease = first;
    let atHand: readonly BusRecord[] = [];
    const since = this.settings.now();
    while (!signal.aborted) {
      const records = atHand.length > 0 ? atHand : this.#gather(reader, lease.offsets);
      atHand = [];
      if (records.length === 0) {
        // Of a reader that was just opened nothing has come yet: that says nothing of what failed before.
        if (this.#failures === 0 || this.settings.now() - since >= SETTLED_MS) {
          this.#failures = 0;
          this.#report({ state: 'running', behind: false, ...this.#progress(), oldestAt: null });
        }
        if (await this.#rest(lease, signal)) ({ lease, atHand } = await this.#lookForExpired(reader, lease));
        continue;
      }
      this.#report({ oldestAt: oldestOf(records, this.settings.now()) });
      lease = await this.#countHoles(lease, records);
      const held = lease;
      const done = await this.#whileHeld(held, async () => {
        const outcomes = await this.#take(records, held, signal);
        return outcomes && { outcomes, kept: await this.#bury(records, outcomes, letterPartitions) };
      });
      if (done === undefined) return;
      const { offsets, countedInVain } = behindRecords(lease.offsets, records);
      this.#taken = offsets;
      lease = await moveInbound(this.parts.pool, this.#claim, lease, { offsets, expired: -countedInVain });
      this.parts.onTaken?.(done.outcomes, done.kept);
      this.#failures = 0;
      this.#report({ state: 'running', behind: true, ...this.#progress() });
    }
  }

  /** Holes are ordinary where senders use transactions; only the topic knows. What it deleted of what is at hand was read before that. */
  async #countHoles(lease: InboundLease, records: readonly BusRecord[]): Promise<InboundLease> {
    const firsts = new Map([...records].reverse().map(({ partition, offset }) => [partition, offset]));
    const holes = [...firsts].filter(([partition, offset]) => offset > (lease.offsets.get(partition) ?? 0n));
    if (holes.length === 0) return lease;
    const ends = await this.parts.bus.ends(this.parts.topic);
    const upToHand = holes.flatMap(([partition, offset]): [number, PartitionEnds][] => {
      const { first, next } = ends.get(partition) ?? { first: 0n, next: 0n };
      return [[partition, { first: first < offset ? first : offset, next }]];
    });
    return this.#count(lease, new Map(upToHand));
  }

  /** All that waited may have been deleted, and nothing come since that would show it. */
  async #lookForExpired(
    reader: BusReader,
    lease: InboundLease,
  ): Promise<{ readonly lease: InboundLease; readonly atHand: readonly BusRecord[] }> {
    const ends = await this.parts.bus.ends(this.parts.topic);
    // What has come meanwhile was read before it was deleted.
    const atHand = this.#gather(reader, lease.offsets);
    return { lease: atHand.length > 0 ? lease : await this.#count(lease, ends), atHand };
  }

  async #count(lease: InboundLease, ends: ReadonlyMap<number, PartitionEnds>): Promise<InboundLease> {
    const { offsets, expired } = withoutExpired(lease.offsets, ends);
    if (expired === 0n) return lease;
    const moved = await moveInbound(this.parts.pool, this.#claim, lease, { offsets, expired });
    this.parts.onExpired?.(expired);
    return moved;
  }

  /** Many records that are tried alone may take longer than a lease. Whoever lost it all the same learns that where the offsets move. */
  async #whileHeld<Result>(lease: InboundLease, work: () => Promise<Result>): Promise<Result> {
    const { pool } = this.parts;
    const timer = setInterval(() => {
      renewInboundLease(pool, this.#claim, lease).catch(() => undefined);
    }, this.settings.leaseMs / 3);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /** Some of each partition, so that a long one does not keep the others waiting. */
  #gather(reader: BusReader, offsets: Offsets): readonly BusRecord[] {
    const records: BusRecord[] = [];
    const share = Math.max(1, Math.ceil(this.settings.batchSize / Math.max(1, offsets.size)));
    for (const limitOf of [() => share, () => this.settings.batchSize - records.length])
      for (const partition of offsets.keys()) {
        const limit = Math.min(limitOf(), this.settings.batchSize - records.length);
        if (limit > 0) records.push(...reader.take(partition, limit));
      }
    return records;
  }

  /** Until it works: a busy store, or one that is away, is no reason to read the records again. Nothing when it was asked to stop. */
  async #take(
    records: readonly BusRecord[],
    lease: InboundLease,
    signal: AbortSignal,
  ): Promise<readonly InboundOutcome[] | undefined> {
    for (let failures = 0; !signal.aborted; failures++)
      try {
        const outcomes = await this.parts.take(records, failures);
        if (outcomes.length !== records.length) throw new Error('not every record has an outcome');
        return outcomes;
      } catch (error) {
        this.#report({ state: 'retrying', behind: true, error: textOf(error) });
        await pause(this.#backoffMs(failures), signal);
        await renewInboundLease(this.parts.pool, this.#claim, lease);
      }
    return undefined;
  }

  async #bury(
    records: readonly BusRecord[],
    outcomes: readonly InboundOutcome[],
    partitions: number,
  ): Promise<readonly Kept[]> {
    const { topic, bus, deadLetters, setAside } = this.parts;
    const refused = records.flatMap((record, index) => {
      const outcome = outcomes[index];
      return outcome?.status === 'refused' ? [{ record, outcome }] : [];
    });
    if (refused.length === 0) return [];
    const from = { topic, at: this.settings.now(), partitions };
    const kept = await setAside(refused);
    const letters = refused.map((each, index) => {
      const where = kept[index];
      if (where === undefined) throw new Error('not every refused record was set aside');
      return deadLetterOf(each, where, from);
    });
    for (const part of inParts(letters, this.settings.writeBytes)) {
      const writer = (this.#writer ??= await bus.openWriter(deadLetters));
      await writer.write(part);
    }
    return kept;
  }

  /** Answers whether enough time has passed for a look at the topic. */
  async #rest(lease: InboundLease, signal: AbortSignal): Promise<boolean> {
    const { pollMs, leaseMs, now } = this.settings;
    await this.#wakeUp.sleep(Math.min(pollMs, leaseMs / 3), signal);
    this.#looks();
    if (now() - this.#renewedAt < leaseMs / 3) return false;
    await renewInboundLease(this.parts.pool, this.#claim, lease);
    this.#renewedAt = now();
    return true;
  }

  /** Everything since the checkpoint is read again. */
  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    await this.#discardWriter();
    if (error instanceof InboundLeaseLostError) {
      this.#report({ leaseLosses: this.#health.leaseLosses + 1 });
      return pause(this.settings.backoffMs, signal);
    }
    this.#failures++;
    const text = textOf(error);
    const state = error instanceof BusGuardError && this.#failures > PATIENCE ? 'failed' : 'retrying';
    this.#report({ state, behind: true, error: text });
    const { pool, topic } = this.parts;
    await recordInboundTrouble(pool, topic, this.#claim.owner, text).catch(() => undefined);
    await pause(this.#backoffMs(this.#failures - 1), signal);
  }

  #progress(): Pick<InboundHealth, 'lastProgressAt' | 'error'> {
    return { lastProgressAt: this.settings.now(), error: null };
  }

  #backoffMs(failures: number): number {
    const { backoffMs, maxBackoffMs } = this.settings;
    return Math.min(backoffMs * 2 ** Math.min(failures, 20), maxBackoffMs);
  }

  async #discardWriter(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close().catch(() => undefined);
  }

  /** What it asks from here on may never be answered: only where it rests is nothing to be missed. */
  #looks(): void {
    this.#report({ behind: true });
  }

  #report(change: Partial<InboundHealth>): void {
    this.#health = { ...this.#health, ...change };
  }
}

interface Work {
  readonly reader: BusReader;
  readonly lease: InboundLease;
  readonly letterPartitions: number;
}

/** A sender's clock says nothing of how long a record has waited. */
const oldestOf = (records: readonly BusRecord[], now: EpochMs): EpochMs =>
  Math.min(...records.map(({ writtenAt = now, stampedBy }) => (stampedBy === 'sender' ? now : writtenAt)));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
