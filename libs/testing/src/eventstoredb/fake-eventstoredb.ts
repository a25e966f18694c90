import { randomUUID } from 'node:crypto';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  status as code,
} from '@grpc/grpc-js';
import { FakeLog } from './fake-log.js';
import { FakeSubscription } from './fake-subscription.js';
import {
  accessDenied,
  batchAnswer,
  expectedRevision,
  notLeader,
  proposedEvent,
  readEvent,
  rpcError,
  streamDeleted,
  streamNotFound,
  textOf,
} from './messages.js';

/** What may happen to an append, instead of what should. */
export type AppendFault =
  /** Stored, and the connection breaks before the answer. */
  | 'break-after'
  /** The connection breaks, nothing is stored. */
  | 'break-before'
  /** Stored, and never answered. */
  | 'swallow-answer'
  /** Neither this nor anything later over the same stream is stored or answered, and nobody is told. */
  | 'fall-silent'
  /** Not stored, answered as timed out: for the caller it may have been. */
  | 'time-out'
  /** Stored, answered as timed out. */
  | 'time-out-after'
  | 'busy'
  | 'access-denied';

export interface Faults {
  /** Asked before each append, with the type of its first event. */
  append?: ((stream: string, type: string) => AppendFault | undefined) | undefined;
  /** Asked before each read that is no subscription: the call fails. */
  read?: () => 'unavailable' | 'access-denied' | 'silent' | undefined;
  /** Pause before each answer, in milliseconds. */
  delayMs?: number;
  /** Subscriptions get nothing any more, and are not told. */
  stallSubscriptions?: boolean;
  /**
   * Records after which a subscription tells a checkpoint. With 1, the client tells its caller of a checkpoint while the events
   * before it still wait to be consumed.
   */
  checkpointEvery?: number;
}

export interface FakeEventStoreDbOptions {
  readonly port?: number;
  /** Where the log begins: positions of an old store are large. */
  readonly startPosition?: bigint;
  /** A follower of another server, which sends everybody who needs a leader there. */
  readonly leader?: FakeEventStoreDb;
  /** Continues the log of a server that was stopped. */
  readonly log?: FakeLog;
  readonly now?: () => number;
  /** Reads of a stream tell positions, as from 22.6 on; true unless told. */
  readonly positionsInStreams?: boolean;
}

type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;
type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

interface PendingWrite {
  readonly options: streams.BatchAppendReq.Options;
  readonly messages: streams.BatchAppendReq.ProposedMessage[];
}

/**
 * An EventStoreDB in this process, spoken to over gRPC by the real client: as much of it as an event store needs, with the
 * semantics of the real one, and faults on demand. Made from the service definitions that the client carries.
 */
export class FakeEventStoreDb {
  readonly faults: Faults = {};
  readonly log: FakeLog;
  /** Calls so far, by kind. */
  readonly calls = { read: 0, append: 0, subscribe: 0 };
  /** Most reads and subscriptions that were open at once. */
  mostStreams = 0;
  #open = 0;
  readonly #server = new Server();
  readonly #batches = new Set<BatchCall>();
  readonly #silent = new WeakSet<BatchCall>();
  readonly #subscriptions = new Set<FakeSubscription>();
  #port = 0;

  private constructor(private readonly options: FakeEventStoreDbOptions) {
    this.log = options.leader?.log ?? options.log ?? new FakeLog(options.startPosition ?? 0n, options.now ?? Date.now);
  }

  static async start(options: FakeEventStoreDbOptions = {}): Promise<FakeEventStoreDb> {
    const fake = new FakeEventStoreDb(options);
    fake.#server.addService(StreamsService, {
      read: (call: ReadCall) => {
        fake.#read(call);
      },
      batchAppend: (call: BatchCall) => {
        fake.#batchAppend(call);
      },
    });
    fake.#server.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: sendUnaryData<features.SupportedMethods>) => {
        answer(null, supportedMethods());
      },
    });
    fake.#port = await new Promise<number>((resolve, reject) => {
      fake.#server.bindAsync(
        `127.0.0.1:${String(options.port ?? 0)}`,
        ServerCredentials.createInsecure(),
        (error, port) => {
          if (error) reject(error);
          else resolve(port);
        },
      );
    });
    // What the server writes for itself is in $all like everything else.
    if (!options.leader && !options.log) fake.writeSystemEvents(3);
    return fake;
  }

  get port(): number {
    return this.#port;
  }

  /** Connection string. */
  get url(): string {
    return `esdb://127.0.0.1:${String(this.#port)}?tls=false`;
  }

  writeSystemEvents(count: number): void {
    for (let index = 0; index < count; index++)
      this.log.append('$stats-127.0.0.1:2113', 'any', [
        {
          id: randomUUID(),
          type: '$statsCollected',
          contentType: 'application/json',
          data: new Uint8Array(Buffer.from('{}')),
          metadata: new Uint8Array(),
        },
      ]);
  }

  /** Ends every subscription with an error, as a server does that shuts down. */
  dropSubscriptions(): void {
    for (const subscription of [...this.#subscriptions])
      subscription.end(rpcError(code.UNAVAILABLE, 'Server is shutting down'));
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Breaks all that is open, at once; the log is kept, for another server that is started on it. */
  async stop(): Promise<void> {
    for (const subscription of [...this.#subscriptions]) subscription.forget();
    this.#server.forceShutdown();
    await new Promise((resolve) => setImmediate(resolve));
  }

  #batchAppend(call: BatchCall): void {
    const pending = new Map<string, PendingWrite>();
    this.#batches.add(call);
    call.on('data', (request: streams.BatchAppendReq) => {
      const id = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      if (options) pending.set(id, { options, messages: [] });
      const write = pending.get(id);
      if (!write) return;
      write.messages.push(...request.getProposedMessagesList());
      if (!request.getIsFinal()) return;
      pending.delete(id);
      this.#afterDelay(() => {
        this.#append(call, request.getCorrelationId(), write);
      });
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
    call.on('close', () => this.#batches.delete(call));
  }

  #append(call: BatchCall, correlation: shared.UUID | undefined, { options, messages }: PendingWrite): void {
    this.calls.append++;
    if (this.#silent.has(call)) return;
    if (this.options.leader && call.metadata.get('requires-leader').includes('true')) {
      call.emit('error', notLeader('127.0.0.1', this.options.leader.port));
      return;
    }
    const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
    const expected = expectedRevision(options);
    const fault = this.faults.append?.(stream, messages[0]?.getMetadataMap().get('type') ?? '');
    const broken = (): void => {
      call.emit('error', rpcError(code.UNAVAILABLE, 'The connection was lost'));
    };
    if (fault === 'break-before') {
      broken();
      return;
    }
    if (fault === 'fall-silent') {
      this.#silent.add(call);
      return;
    }
    if (fault === 'access-denied' || fault === 'busy' || fault === 'time-out') {
      call.write(batchAnswer(correlation, stream, expected, fault === 'time-out' ? 'timeout' : fault));
      return;
    }
    const result = this.log.append(stream, expected, messages.map(proposedEvent));
    if (fault === 'break-after') broken();
    else if (fault === 'time-out-after') call.write(batchAnswer(correlation, stream, expected, 'timeout'));
    else if (fault === undefined) call.write(batchAnswer(correlation, stream, expected, result));
  }

  #read(call: ReadCall): void {
    const options = call.request.getOptions();
    if (!options) return;
    this.mostStreams = Math.max(this.mostStreams, ++this.#open);
    call.on('close', () => this.#open--);
    call.on('error', () => undefined);
    if (this.options.leader && call.metadata.get('requires-leader').includes('true')) {
      call.emit('error', notLeader('127.0.0.1', this.options.leader.port));
      return;
    }
    if (options.hasSubscription()) {
      this.calls.subscribe++;
      const subscription = new FakeSubscription(call, this.log, this.faults);
      this.#subscriptions.add(subscription);
      subscription.onEnd(() => this.#subscriptions.delete(subscription));
      subscription.start();
      return;
    }
    this.calls.read++;
    const fault = this.faults.read?.();
    if (fault === 'unavailable') call.emit('error', rpcError(code.UNAVAILABLE, 'The server is not ready'));
    else if (fault === 'access-denied') call.emit('error', accessDenied());
    else if (fault === undefined)
      this.#afterDelay(() => {
        if (options.hasStream()) this.#readStream(call, options);
        else this.#readAll(call, options);
      });
  }

  #readStream(call: ReadCall, options: streams.ReadReq.Options): void {
    const from = options.getStream();
    const stream = textOf(from?.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
    const records = this.log.read(stream);
    if (records === 'deleted') {
      call.emit('error', streamDeleted(stream));
      return;
    }
    if (!records) {
      call.write(streamNotFound(stream));
      call.end();
      return;
    }
    const backwards = options.getReadDirection() === 1;
    const revision = from?.hasRevision() === true ? BigInt(from.getRevision()) : undefined;
    const selected = backwards
      ? records.filter((record) => revision === undefined || record.revision <= revision).reverse()
      : records.filter((record) => record.revision >= (revision ?? 0n));
    for (const record of from?.hasEnd() === true && !backwards ? [] : selected.slice(0, Number(options.getCount()))) {
      const isLink = options.getResolveLinks() && record.type === '$>';
      call.write(
        readEvent(
          record,
          isLink ? this.log.resolve(record) : undefined,
          isLink,
          this.options.positionsInStreams ?? true,
        ),
      );
    }
    call.end();
  }

  #readAll(call: ReadCall, options: streams.ReadReq.Options): void {
    const from = options.getAll();
    const backwards = options.getReadDirection() === 1;
    const at = from?.getPosition();
    const position = at && BigInt(at.getCommitPosition());
    if (position !== undefined && !this.log.isReadable(position)) {
      call.emit('error', rpcError(code.UNKNOWN, 'Unexpected ReadAllResult: Error'));
      return;
    }
    const count = Number(options.getCount());
    const end = this.log.all.length;
    // Forwards from a position the event at it is included, backwards it is not.
    const before = position === undefined ? (from?.hasEnd() === true ? end : 0) : this.log.countBefore(position);
    const selected = backwards
      ? this.log.all.slice(Math.max(0, before - count), before).reverse()
      : this.log.all.slice(before, before + count);
    for (const record of selected) call.write(readEvent(record, undefined, false));
    call.end();
  }

  #afterDelay(work: () => void): void {
    if (this.faults.delayMs === undefined) setImmediate(work);
    else setTimeout(work, this.faults.delayMs);
  }
}

function supportedMethods(): features.SupportedMethods {
  const methods = new features.SupportedMethods();
  methods.setEventStoreServerVersion('23.10.0');
  for (const name of ['read', 'append', 'batchappend'])
    methods.addMethods(
      new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name),
    );
  return methods;
}
