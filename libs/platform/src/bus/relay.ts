import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { partitionOf, START, type EpochMs, type Position, type RecordedEvent } from '#kernel';
import { OTHER_EPOCH, pause, WakeUp, type EventSource } from '#platform/consumers';
import { BusGuardError, type Bus, type BusWriter, type NewBusRecord } from './bus.port.js';
import { recordOf } from './event-records.js';
import {
  acquireRelayLease,
  DISOWNED,
  disownTopic,
  giveUpRelayLease,
  moveRelay,
  recordRelayTrouble,
  RelayLeaseLostError,
  renewRelayLease,
  type Marks,
  type PartitionMark,
  type RelayLease,
} from './relay-checkpoint.js';
import { RELAYED_CHANNEL } from './relayed-channel.js';

export interface RelayParts {
  readonly pool: pg.Pool;
  /** The store; the event table is the outbox. */
  readonly source: Pick<EventSource, 'epoch' | 'read' | 'head' | 'distance' | 'onMoved'>;
  readonly bus: Bus;
  readonly topic: string;
  readonly settings?: Partial<RelaySettings>;
}

export interface RelaySettings {
  /** Most events in one write. */
  readonly batchSize: number;
  /** Most bytes of one partition in a write, about: a broker refuses batches above a megabyte. */
  readonly partitionBytes: number;
  readonly pollMs: number;
  readonly leaseMs: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly now: () => EpochMs;
}

const defaults: RelaySettings = {
  batchSize: 2_000,
  partitionBytes: 524_288,
  pollMs: 1_000,
  leaseMs: 10_000,
  backoffMs: 100,
  maxBackoffMs: 5_000,
  now: Date.now,
};

export interface RelayHealth {
  /** `standby`: another process has the lease. `failed`: somebody has to act. */
  readonly state: 'starting' | 'standby' | 'running' | 'retrying' | 'failed';
  /** Events wait to be relayed, or it is still finding out. */
  readonly behind: boolean;
  /** Last moment at which it moved or had nothing to do. */
  readonly lastProgressAt: EpochMs;
  readonly error: string | null;
}

export interface Relay {
  health(): RelayHealth;
  /** Finishes the write in hand, gives the lease back. */
  stop(): Promise<void>;
}

/** Tries after which what the topic is like is taken for true. */
const PATIENCE = 3;

/** What helps where the topic and the checkpoint do not belong together. */
const ANEW = 'Delete the topic, make it with safar kafka init, and count from the beginning with safar kafka restart.';

const REPLACED = 'made anew or cut short under a relay';

/** Carries the log to a topic, wherever no other process does. Never rejects: what goes wrong is in `health`. */
export function startRelay(parts: RelayParts): Relay {
  const loop = new RelayLoop(parts, { ...defaults, ...parts.settings });
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

class RelayLoop {
  readonly #owner = `${String(process.pid)}-${randomUUID()}`;
  readonly #wakeUp = new WakeUp();
  #writer: BusWriter | undefined;
  #failures = 0;
  #renewedAt = 0;
  #health: RelayHealth;

  constructor(
    private readonly parts: RelayParts,
    private readonly settings: RelaySettings,
  ) {
    this.#health = { state: 'starting', behind: true, lastProgressAt: settings.now(), error: null };
  }

  get health(): RelayHealth {
    return this.#health;
  }

  async run(signal: AbortSignal): Promise<void> {
    const stopListening = this.parts.source.onMoved(() => {
      this.#wakeUp.knock();
    });
    while (!signal.aborted)
      try {
        await this.#hold(signal);
      } catch (error) {
        await this.#afterFailure(error, signal);
      }
    stopListening();
    await this.#discardWriter();
    await giveUpRelayLease(this.parts.pool, this.parts.topic, this.#owner).catch(() => undefined);
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { pool, bus, source, topic } = this.parts;
    const { leaseMs } = this.settings;
    const ends = await bus.ends(topic);
    const unused = [...ends.values()].every(({ next }) => next === 0n);
    const claim = { topic, partitions: ends.size, unused, owner: this.#owner, leaseMs, epoch: source.epoch };
    const lease = await acquireRelayLease(pool, claim);
    if (lease === 'fenced') throw new Error(OTHER_EPOCH);
    if (lease === 'unknown')
      throw new BusGuardError(`${topic} holds records, and nothing is known of how far a relay was.`, ANEW);
    if (lease === 'taken') {
      this.#report({ state: 'standby', behind: false, lastProgressAt: this.settings.now() });
      await pause(Math.min(this.settings.pollMs, leaseMs / 3), signal);
      this.#looks();
      return;
    }
    await this.#guard(lease, ends);
    await this.#work(lease, signal);
  }

  /** What was acknowledged must still be there, in the history and the partitions that it was counted in. */
  async #guard(
    { position, epoch, marks }: RelayLease,
    ends: ReadonlyMap<number, { readonly next: bigint }>,
  ): Promise<void> {
    const { source, topic } = this.parts;
    if (epoch === DISOWNED) throw new BusGuardError(`${topic} was ${REPLACED}.`, ANEW);
    if (epoch !== source.epoch || position > (await source.head()))
      throw new BusGuardError(`${topic} holds events of another history of the store.`, ANEW);
    if (marks.length !== ends.size)
      throw new BusGuardError(
        `${topic} has ${String(ends.size)} partitions and had ${String(marks.length)}: keys would change their partition.`,
        ANEW,
      );
    const short = marks.findIndex(({ next }, partition) => (ends.get(partition)?.next ?? 0n) < next);
    if (short !== -1)
      throw new BusGuardError(
        `partition ${String(short)} of ${topic} ends at ${String(ends.get(short)?.next)}, and ${String(marks[short]?.next)} was acknowledged: records were lost, or the topic was made anew.`,
        ANEW,
      );
  }

  async #work(first: RelayLease, signal: AbortSignal): Promise<void> {
    let lease = first;
    while (!signal.aborted) {
      const { events, upTo, full } = await this.parts.source.read(lease.position, this.settings.batchSize);
      for (const batch of this.#batches(events, lease.marks)) {
        lease = await this.#relay(lease, batch);
        this.#failures = 0;
        this.#report({ state: 'running', behind: true, lastProgressAt: this.settings.now(), error: null });
      }
      // Where the source passed over positions that are not ours to relay.
      if (upTo > lease.position) lease = await this.#move(lease, { position: upTo, marks: lease.marks });
      if (full) continue;
      this.#report({ state: 'running', behind: false, lastProgressAt: this.settings.now(), error: null });
      await this.#rest(lease, signal);
    }
  }

  /** Numbers are counted on from the checkpoint: whoever sends an event again gives it the same one. */
  *#batches(events: readonly RecordedEvent[], marks: Marks): Generator<Batch> {
    const sequences = marks.map(({ sequence }) => sequence);
    let batch = new Batch(marks.length);
    for (const event of events) {
      const partition = partitionOf(event.key, marks.length);
      const sequence = (sequences[partition] ?? 0n) + 1n;
      sequences[partition] = sequence;
      const record = recordOf(event, partition, sequence);
      if (batch.records.length > 0 && batch.bytesWith(record) > this.settings.partitionBytes) {
        yield batch;
        batch = new Batch(marks.length);
      }
      batch.add(record, event.position);
    }
    if (batch.records.length > 0) yield batch;
  }

  async #relay(lease: RelayLease, { records, last, counts }: Batch): Promise<RelayLease> {
    const { pool, bus, topic } = this.parts;
    const writer = (this.#writer ??= await bus.openWriter(topic));
    const ends = await writer.write(records);
    // Under an idle relay a topic can be made anew without any call that fails: only where the records came to lie tells it. What
    // the topic has grown to by the next look would hide it, so that it is written down.
    const isEarly = [...ends].some(
      ([partition, end]) => end - BigInt(counts[partition] ?? 0) < (lease.marks[partition]?.next ?? 0n),
    );
    if (isEarly) {
      await disownTopic(pool, topic, lease);
      throw new BusGuardError(`${topic} was ${REPLACED}.`, ANEW);
    }
    const marks = lease.marks.map(({ sequence, next }, partition): PartitionMark => {
      const count = BigInt(counts[partition] ?? 0);
      return count === 0n ? { sequence, next } : { sequence: sequence + count, next: ends.get(partition) ?? next };
    });
    return this.#move(lease, { position: last, marks });
  }

  async #move(lease: RelayLease, to: { readonly position: Position; readonly marks: Marks }): Promise<RelayLease> {
    const { pool, topic } = this.parts;
    const moved = await moveRelay(pool, { topic, leaseMs: this.settings.leaseMs }, lease, to);
    // A hint: whoever misses it looks again after a while.
    await pool.query(`SELECT pg_notify($1, $2)`, [RELAYED_CHANNEL, topic]).catch(() => undefined);
    return moved;
  }

  async #rest(lease: RelayLease, signal: AbortSignal): Promise<void> {
    const { pollMs, leaseMs, now } = this.settings;
    await this.#wakeUp.sleep(Math.min(pollMs, leaseMs / 3), signal);
    this.#looks();
    if (now() - this.#renewedAt < leaseMs / 3) return;
    await renewRelayLease(this.parts.pool, { topic: this.parts.topic, leaseMs }, lease);
    this.#renewedAt = now();
  }

  /** Everything since the checkpoint is sent again, by another writer: this one's answers are not to be trusted any more. */
  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    await this.#discardWriter();
    const { backoffMs, maxBackoffMs } = this.settings;
    // No failure of its own, and yet no reason to ask for the lease without a pause.
    if (error instanceof RelayLeaseLostError) return pause(backoffMs, signal);
    this.#failures++;
    const text = error instanceof Error ? error.message : String(error);
    // For a moment after a broker has died, the new leader of a partition may not know yet how much of it is acknowledged.
    const state = error instanceof BusGuardError && this.#failures > PATIENCE ? 'failed' : 'retrying';
    this.#report({ state, behind: true, error: text });
    const { pool, topic } = this.parts;
    if (state === 'failed' || this.#failures > 1)
      await recordRelayTrouble(pool, topic, this.#owner, text).catch(() => undefined);
    await pause(Math.min(backoffMs * 2 ** Math.min(this.#failures - 1, 20), maxBackoffMs), signal);
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

  #report(change: Partial<RelayHealth>): void {
    this.#health = { ...this.#health, ...change };
  }
}

/** What goes out in one write. */
class Batch {
  readonly records: NewBusRecord[] = [];
  readonly counts: number[];
  readonly #bytes: number[];
  last: Position = START;

  constructor(partitions: number) {
    this.counts = Array.from({ length: partitions }, () => 0);
    this.#bytes = Array.from({ length: partitions }, () => 0);
  }

  /** Of the record's partition. Most texts are ASCII: characters are near enough to bytes, twice as many are refused by nobody. */
  bytesWith({ partition, value }: NewBusRecord): number {
    return (this.#bytes[partition] ?? 0) + value.length + HEADERS_BYTES;
  }

  add(record: NewBusRecord, position: Position): void {
    this.#bytes[record.partition] = this.bytesWith(record);
    this.counts[record.partition] = (this.counts[record.partition] ?? 0) + 1;
    this.records.push(record);
    this.last = position;
  }
}

/** Of a record beside its value, about. */
const HEADERS_BYTES = 700;
