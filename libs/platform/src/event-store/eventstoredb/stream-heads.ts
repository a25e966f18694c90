import { setTimeout as sleep } from 'node:timers/promises';
import { BACKWARDS } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import type { Names } from './names.js';
import type { PastAppends } from './past-appends.js';
import { appendedMetaOf, type LinkMeta, linkMetaOf, targetOf } from './records.js';

/** A stream as the next append to it finds it. */
export interface StreamHead {
  /** Of the last link; -1 when there is none. */
  readonly revision: bigint;
  readonly version: number;
  readonly closed: boolean;
}

interface Claimed {
  readonly revision: bigint;
  readonly link: LinkMeta;
  readonly appendId: string;
}

const NEW: StreamHead = { revision: -1n, version: 0, closed: false };
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 50;
/** Where the server is slow to answer, its owner has to wait as long: nobody is given up in less time than so many looks take. */
const LEAST_LOOKS = 12;

/** Reads the heads of streams, and remembers those that were written or read last. */
export class StreamHeads {
  readonly #known = new Map<string, StreamHead>();

  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
    private readonly appends: PastAppends,
    private readonly options: { readonly claimMs: number; readonly remembered: number },
  ) {}

  /** What is remembered: true unless somebody else wrote since. */
  async known(stream: string): Promise<StreamHead> {
    return this.#known.get(stream) ?? this.current(stream);
  }

  /**
   * What is there now. A claim that is neither made good nor given up is waited for; its owner may have died, so after a while it is
   * given up for them.
   */
  async current(stream: string): Promise<StreamHead> {
    let [waitedMs, looks] = [0, 0];
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const found = await this.#read(stream);
      if (!('link' in found)) {
        this.remember(stream, found);
        return found;
      }
      looks++;
      if (waitedMs >= this.options.claimMs && looks > LEAST_LOOKS)
        await this.appends.giveUp(found.appendId, BigInt(found.link.expects), `too late for ${found.link.claim}`);
      else {
        await sleep(pauseMs);
        waitedMs += pauseMs;
      }
    }
  }

  remember(stream: string, head: StreamHead): void {
    this.#known.delete(stream);
    this.#known.set(stream, head);
    if (this.#known.size <= this.options.remembered) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  forget(stream: string): void {
    this.#known.delete(stream);
  }

  async #read(stream: string): Promise<StreamHead | Claimed> {
    const found = await this.connection.read((client) =>
      client.readStream(this.names.stream(stream), {
        direction: BACKWARDS,
        fromRevision: 'end',
        maxCount: 1,
        resolveLinkTos: true,
        requiresLeader: true,
      }),
    );
    const [last] = found ?? [];
    if (!last?.link) return NEW;
    const link = linkMetaOf(last.link);
    const { revision } = last.link;
    const madeGood: StreamHead = { revision, version: link.after, closed: link.closes };
    if (last.event && appendedMetaOf(last.event)?.claim === link.claim) return madeGood;
    const appendId = this.names.appendIdOf(targetOf(last.link));
    if (appendId === undefined) throw new Error(`${last.link.streamId} has a link that is not Safar's`);
    const settled = await this.appends.after(appendId, BigInt(link.expects));
    if (settled === undefined) return { revision, link, appendId };
    if (settled !== 'given-up' && settled.claim === link.claim) return madeGood;
    return { revision, version: link.before, closed: false };
  }
}
