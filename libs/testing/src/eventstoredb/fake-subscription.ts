import { randomUUID } from 'node:crypto';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream, ServiceError } from '@grpc/grpc-js';
import type { FakeLog, FakeRecord } from './fake-log.js';
import { caughtUp, checkpoint, confirmation, readEvent } from './messages.js';

/** A checkpoint is told after as many records that were looked at, unless told otherwise. */
const CHECKPOINT_EVERY = 32;

/** A subscription to $all on the fake: what was stored after its position, then what is stored from now on. */
export class FakeSubscription {
  /** Records of the log that were looked at. */
  #next = 0;
  #live = false;
  #stop: () => void = () => undefined;
  #ended: () => void = () => undefined;

  constructor(
    private readonly call: ServerWritableStream<streams.ReadReq, streams.ReadResp>,
    private readonly log: FakeLog,
    private readonly faults: { readonly stallSubscriptions?: boolean; readonly checkpointEvery?: number },
  ) {}

  onEnd(listener: () => void): void {
    this.#ended = listener;
  }

  start(): void {
    const from = this.call.request.getOptions()?.getAll();
    const at = from?.getPosition();
    if (from?.hasEnd() === true) this.#next = this.log.all.length;
    else if (at) {
      // It begins after the given position.
      const position = BigInt(at.getCommitPosition());
      const before = this.log.countBefore(position);
      this.#next = this.log.all[before]?.position === position ? before + 1 : before;
    }
    this.call.write(confirmation(randomUUID()));
    this.#stop = this.log.onAppended(() => {
      this.#send();
    });
    this.call.on('cancelled', () => {
      this.forget();
    });
    this.call.on('close', () => {
      this.forget();
    });
    this.#send();
  }

  end(error: ServiceError): void {
    this.forget();
    this.call.emit('error', error);
  }

  forget(): void {
    this.#stop();
    this.#ended();
  }

  #send(): void {
    if (this.faults.stallSubscriptions === true) return;
    for (; this.#next < this.log.all.length; this.#next++) {
      const record = this.log.all[this.#next];
      if (!record) break;
      if (this.#isWanted(record)) this.call.write(readEvent(record, undefined, false));
      if ((this.#next + 1) % (this.faults.checkpointEvery ?? CHECKPOINT_EVERY) === 0)
        this.call.write(checkpoint(record.position));
    }
    if (!this.#live) this.call.write(caughtUp());
    this.#live = true;
  }

  #isWanted({ stream, type }: FakeRecord): boolean {
    const filter = this.call.request.getOptions()?.getFilter();
    const names = filter?.getStreamIdentifier()?.getPrefixList();
    const types = filter?.getEventType()?.getPrefixList();
    return (
      (names?.some((prefix) => stream.startsWith(prefix)) ?? true) &&
      (types?.some((prefix) => type.startsWith(prefix)) ?? true)
    );
  }
}
