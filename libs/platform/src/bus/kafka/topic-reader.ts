import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol, type Consumer, type EachBatchPayload, type Kafka, type PartitionAssigner } from 'kafkajs';
import { ReaderLostError, type BusReader, type BusRecord } from '../bus.port.js';

/** Records of one partition in memory at which no more of it are fetched; one fetch may come on top. */
const HELD_RECORDS = 2_000;
const FETCH_BYTES = 1_048_576;
/** Also how long a paused partition waits after it was resumed, and how long closing takes. */
const FETCH_WAIT_MS = 250;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Reads with a consumer group of its own, which has one member and keeps no offsets: who reads what is decided by leases, and
 * from where by checkpoints, both in PostgreSQL. kafkajs forgets its place whenever it joins again (a coordinator that dies, a
 * crash of its own): then this reader is lost, and its owner opens another one from the checkpoint.
 */
export async function openTopicReader(
  kafka: Kafka,
  topic: string,
  from: ReadonlyMap<number, bigint>,
): Promise<BusReader> {
  const consumer = kafka.consumer({
    groupId: `safar-reader-${randomUUID()}`,
    partitionAssigners: [only(topic, [...from.keys()])],
    maxBytesPerPartition: FETCH_BYTES,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
  });
  const reader = new TopicReader(consumer, topic, from);
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

class TopicReader implements BusReader {
  readonly #partitions: Map<number, { next: bigint; held: BusRecord[]; paused: boolean }>;
  #lost: Error | undefined;
  #listener = (): void => undefined;

  constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    from: ReadonlyMap<number, bigint>,
  ) {
    this.#partitions = new Map([...from].map(([partition, next]) => [partition, { next, held: [], paused: false }]));
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
    if (state.paused && state.held.length < HELD_RECORDS / 2) {
      state.paused = false;
      this.consumer.resume([{ topic: this.topic, partitions: [partition] }]);
    }
    return taken;
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
    for (const { offset: text, key, value, headers } of messages) {
      const offset = BigInt(text);
      // What was fetched before it was told from where.
      if (offset < state.next) continue;
      state.next = offset + 1n;
      state.held.push({ partition, offset, key: textOf(key), headers: headersOf(headers), value: textOf(value) });
    }
    if (state.held.length >= HELD_RECORDS && !state.paused) {
      state.paused = true;
      this.consumer.pause([{ topic: this.topic, partitions: [partition] }]);
    }
    this.#listener();
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

type Headers = EachBatchPayload['batch']['messages'][number]['headers'];

function headersOf(headers: Headers): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) texts[name] = String(Array.isArray(value) ? value[0] : value);
  return texts;
}

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
