import { FORWARDS, type RecordedEvent as StoredEvent } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import type { Names } from './names.js';
import { type AppendedMeta, type AppendHeader, appendedMetaOf, givenUpRecord, idOf } from './records.js';

/** An append that was made good. */
export interface PastAppend {
  readonly claim: string;
  readonly header: AppendHeader;
  /** Its first event in the stream. */
  readonly record: StoredEvent;
}

/** Marks of claims that were given up, before the append that was made good: seldom any, and then few. */
const PAGE = 32;

/** What is known of append ids: each has a stream of its own, in which the append itself is at most once. */
export class PastAppends {
  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
  ) {}

  /** The append, or the revision that its stream has without it. */
  async find(appendId: string): Promise<PastAppend | { readonly revision: bigint }> {
    for (let revision = -1n; ;) {
      const records = await this.#read(appendId, revision + 1n, revision < 0n ? 1 : PAGE);
      for (const record of records) {
        const meta = appendedMetaOf(record);
        if (meta?.append) return { claim: meta.claim, header: meta.append, record };
        revision = record.revision;
      }
      if (records.length === 0) return { revision };
    }
  }

  /** What came after a revision of the stream: nothing yet, or what it was made good with. */
  async after(appendId: string, revision: bigint): Promise<AppendedMeta | 'given-up' | undefined> {
    const [record] = await this.#read(appendId, revision + 1n, 1);
    return record && (appendedMetaOf(record) ?? 'given-up');
  }

  /** An event of an append, by its index. */
  async event(past: PastAppend, index: number): Promise<StoredEvent> {
    if (index === 0) return past.record;
    const [record] = await this.#readStream(past.record.streamId, past.record.revision + BigInt(index), 1);
    if (!record) throw new Error(`${past.record.streamId} ends before its append`);
    return record;
  }

  /** Sees to it that a claim at a revision is never made good; whatever happened before. */
  async giveUp(appendId: string, revision: bigint, reason: string): Promise<void> {
    const stream = this.names.append(appendId);
    await this.connection.write(stream, [givenUpRecord(idOf(stream, revision.toString(), reason))], revision);
  }

  async #read(appendId: string, from: bigint, count: number): Promise<readonly StoredEvent[]> {
    return this.#readStream(this.names.append(appendId), from, count);
  }

  async #readStream(stream: string, fromRevision: bigint, maxCount: number): Promise<readonly StoredEvent[]> {
    const found = await this.connection.read((client) =>
      client.readStream(stream, { fromRevision, maxCount, direction: FORWARDS, requiresLeader: true }),
    );
    return (found ?? []).flatMap(({ event }) => (event ? [event] : []));
  }
}
