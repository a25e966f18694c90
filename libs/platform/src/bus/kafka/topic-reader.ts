import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol, type Consumer, type EachBatchPayload, type Kafka, type PartitionAssigner } from 'kafkajs';
import { FRAME_BYTES } from '../bytes-of.js';
import { ReaderLostError, type BusReader, type BusRecord, type RecordForm } from '../bus.port.js';
import { RawHeaders } from './raw-headers.js';

/**
 * Records in memory at which no more are fetched, of all partitions together; one fetch may come on top. Enough for while a partition
 * that was full is not fetched, and no more: what is held for long is copied by each collection of young memory.
 */
const HELD_RECORDS = 12_000;
/** The same of their bytes. */
const HELD_BYTES = 12_582_912;
/** Of one partition, however many there are. */
const LEAST = { records: 500, bytes: 1_048_576 };
/** What a broker takes in one write of a partition: it may give nothing of one that is larger than what is asked for. */
const FETCH_BYTES = 1_048_576;
/** Also how long a paused partition waits after it was resumed, and how long closing takes. */
const FETCH_WAIT_MS = 100;
const CLOSE_TIMEOUT_MS = 2_000;

export interface Reading {
  readonly from: ReadonlyMap<number, bigint>;
  readonly form: RecordForm;
}

/**
 * Reads with a consumer group of its own, which has one member and keeps no offsets: who reads what is decided by leases, and
 * from where by checkpoints, both in PostgreSQL. kafkajs forgets its place whenever it joins again (a coordinator that dies, a
 * crash of its own): then this reader is lost, and its owner opens another one from the checkpoint.
 */
export async function openTopicReader(kafka: Kafka, topic: string, reading: Reading): Promise<BusReader> {
  const { from } = reading;
  const consumer = kafka.consumer({
    groupId: `safar-reader-${randomUUID()}`,
    partitionAssigners: [only(topic, [...from.keys()])],
    maxBytesPerPartition: FETCH_BYTES,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
  });
  const reader = new TopicReader(consumer, topic, reading);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await reader.run();
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

interface PartitionState {
  next: bigint;
  /** As they came: what is made of them too early lives through more than one collection of young memory. */
  held: Message[];
  heldBytes: number;
  paused: boolean;
}

class TopicReader implements BusReader {
  readonly #partitions: Map<number, PartitionState>;
  readonly #form: RecordForm;
  /** Of each partition, at which no more of it are fetched. */
  readonly #most: { readonly records: number; readonly bytes: number };
  #lost: Error | undefined;
  #listener = (): void => undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    { from, form }: Reading,
  ) {
    this.#form = form;
    this.#most = {
      records: Math.max(LEAST.records, Math.ceil(HELD_RECORDS / from.size)),
      bytes: Math.max(LEAST.bytes, Math.ceil(HELD_BYTES / from.size)),
    };
    this.#partitions = new Map(
      [...from].map(([partition, next]) => [partition, { next, held: [], heldBytes: 0, paused: false }]),
    );
    const { GROUP_JOIN, CRASH, STOP } = consumer.events;
    let joined = 0;
    consumer.on(GROUP_JOIN, () => {
      if (++joined > 1) this.#lose(new Error('the group was joined again'));
    });
    consumer.on(CRASH, ({ payload }) => {
      this.#lose(payload.error);
    });
    consumer.on(STOP, () => {
      this.#lose(new Error('the consumer has stopped'));
    });
  }

  async run(): Promise<void> {
    const running = this.consumer.run({
      autoCommit: false,
      eachBatch: (payload) => {
        this.#receive(payload);
        return Promise.resolve();
      },
    });
    // Before the first fetch: `run` makes the group at once and only then joins it.
    for (const [partition, { next }] of this.#partitions)
      this.consumer.seek({ topic: this.topic, partition, offset: next.toString() });
    await running;
    this.#demandReader();
  }

  take(partition: number, limit: number): readonly BusRecord[] {
    this.#demandReader();
    const state = this.#partitions.get(partition);
    if (!state) throw new Error(`partition ${String(partition)} is not read`);
    const taken = state.held.splice(0, limit);
    for (const message of taken) state.heldBytes -= bytesIn(message);
    if (state.paused && state.held.length < this.#most.records / 2 && state.heldBytes < this.#most.bytes / 2) {
      state.paused = false;
      this.consumer.resume([{ topic: this.topic, partitions: [partition] }]);
    }
    return taken.map((message) => this.#recordOf(message, partition));
  }

  onArrived(listener: () => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#lost ??= new Error('it was closed');
    await Promise.race([
      this.consumer.disconnect().catch(() => undefined),
      sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false }),
    ]);
  }

  #receive({ batch: { partition, messages } }: EachBatchPayload): void {
    const state = this.#partitions.get(partition);
    if (!state) return;
    for (const message of messages) {
      const offset = BigInt(message.offset);
      if (offset < state.next) {
        // Others may delete their topic and make it anew: then the client begins with its first record by itself.
        if (this.#form === 'foreign') this.#lose(new Error('the topic was made anew or cut short'));
        // What was fetched before it was told from where.
        continue;
      }
      state.next = offset + 1n;
      state.held.push(message);
      state.heldBytes += bytesIn(message);
    }
    if ((state.held.length >= this.#most.records || state.heldBytes >= this.#most.bytes) && !state.paused) {
      state.paused = true;
      this.consumer.pause([{ topic: this.topic, partitions: [partition] }]);
    }
    this.#listener();
  }

  #recordOf(message: Message, partition: number): BusRecord {
    const { key, value, headers, timestamp } = message;
    const record = { partition, offset: BigInt(message.offset), key: textOf(key), headers: headersOf(headers) };
    if (this.#form === 'own') return { ...record, value: textOf(value) };
    const stamp = {
      writtenAt: Number(timestamp),
      ...(!isStampedByBroker(message) && ({ stampedBy: 'sender' } as const)),
    };
    // A copy: a part of it would keep all of what was fetched together in memory.
    return { ...record, value: '', bytes: Buffer.from(value ?? []), ...stamp };
  }

  #demandReader(): void {
    if (this.#lost) throw new ReaderLostError(`reading ${this.topic} broke: ${this.#lost.message}`);
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    this.#listener();
  }
}

const textOf = (bytes: Buffer | null): string => bytes?.toString('utf8') ?? '';

type Message = EachBatchPayload['batch']['messages'][number];

/** `message.timestamp.type` of the topic when the broker wrote it. */
const LOG_APPEND_TIME = 1;

/** Each batch says whose clock its times are of; the client hands that on without declaring it (kafkajs 2.2.4, `batchContext`). */
function isStampedByBroker(
  message: Message & { readonly batchContext?: { readonly timestampType?: unknown } },
): boolean {
  return message.batchContext?.timestampType === LOG_APPEND_TIME;
}

function headersOf(headers: Message['headers']): Record<string, string> {
  if (headers instanceof RawHeaders) return headers.toTexts();
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) texts[name] = String(Array.isArray(value) ? value[0] : value);
  return texts;
}

/** Senders may put more into keys and headers than into the value. */
const bytesIn = ({ key, value, headers }: Message): number =>
  FRAME_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + (headers instanceof RawHeaders ? headers.bytes : 0);

/** Gives the one member of the group what it asks for and nothing else. */
const only =
  (topic: string, partitions: number[]): PartitionAssigner =>
  () => ({
    name: 'safar',
    version: 1,
    assign: ({ members }) =>
      Promise.resolve(
        members.map(({ memberId }) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: 1,
            assignment: { [topic]: partitions },
            userData: Buffer.alloc(0),
          }),
        })),
      ),
    protocol: ({ topics }) => ({
      name: 'safar',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }),
  });
