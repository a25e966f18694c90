import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '#kernel';
import { type AppendOutcome, AppendTooLargeError, StoreBusyError } from '../event-store.port.js';
import type { PreparedPart, PreparedRequest } from '../prepared-request.js';
import type { Connection } from './connection.js';
import type { Names } from './names.js';
import type { PastAppend, PastAppends } from './past-appends.js';
import { closedRecord, eventRecord, idOf, linkRecord, positionOf, type Written } from './records.js';
import type { StreamHead, StreamHeads } from './stream-heads.js';

export interface AppenderParts {
  readonly connection: Connection;
  readonly names: Names;
  readonly appends: PastAppends;
  readonly heads: StreamHeads;
  /** The last event before a position, for an append that has none. */
  readonly eventBefore: (position: Position) => Promise<Position>;
  readonly patienceMs: number;
}

/** One try: what it would write, and where. */
interface Claim {
  readonly id: string;
  readonly appendId: string;
  /** Revision of the append stream that it expects. */
  readonly expects: bigint;
  readonly records: readonly Written[];
  readonly links: readonly {
    readonly stream: string;
    readonly head: StreamHead;
    readonly after: StreamHead;
    readonly records: readonly Written[];
  }[];
}

/** After losing a stream to another process; at random, so that they do not meet again. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Appends to several streams at once, which EventStoreDB cannot: it is atomic within one stream. So the events of a request are
 * written together to a stream of its append id, and Safar's streams hold links to them.
 *
 * 1. Claim: append links to each stream, at the revision that was read. From now on nobody else appends there.
 * 2. Make good: append the events to the append stream, at the revision that was read. This one write decides.
 *
 * A link counts once the append stream has, right after the revision that the claim expected, an event of the same claim. A claim of
 * a process that died is given up by whoever needs the stream next, by a mark at that very place: only one of the two gets it.
 */
export class Appender {
  constructor(private readonly parts: AppenderParts) {}

  async append(request: PreparedRequest): Promise<AppendOutcome> {
    const { appends, heads, patienceMs } = this.parts;
    const until = performance.now() + patienceMs;
    let pauseMs = FIRST_PAUSE_MS;
    for (
      let first = true;
      performance.now() < until;
      first = false, pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      const [past, found] = await Promise.all([
        appends.find(request.appendId),
        Promise.all(request.parts.map(({ stream }) => (first ? heads.known(stream) : heads.current(stream)))),
      ]);
      if ('header' in past) return this.#stored(past, request);
      const refusal = refusalOf(request, found);
      // What is remembered may be old: nobody is refused by it.
      if (refusal && !first) return refusal;
      if (refusal) continue;
      const claim = claimOf(request, found, past.revision, this.parts.names);
      const stored = await this.#tryOnce(claim);
      if (stored) return this.#outcome(stored, 'appended');
      await sleep(pauseMs * Math.random());
    }
    throw new StoreBusyError(patienceMs);
  }

  async #tryOnce(claim: Claim): Promise<PastAppend | undefined> {
    const { connection, names, appends, heads } = this.parts;
    for (const [index, { stream, head, records }] of claim.links.entries()) {
      heads.forget(stream);
      if (await connection.write(names.stream(stream), records, head.revision)) continue;
      if (index > 0) await appends.giveUp(claim.appendId, claim.expects, `lost a stream to another ${claim.id}`);
      return undefined;
    }
    if (!(await this.#makeGood(claim))) return undefined;
    // Read back: when it was recorded and where is told nowhere else, and neither whose events a repetition found.
    const past = await appends.find(claim.appendId);
    if (!('header' in past) || past.claim !== claim.id) return undefined;
    for (const { stream, after } of claim.links) heads.remember(stream, after);
    return past;
  }

  async #makeGood({ id, appendId, expects, records }: Claim): Promise<boolean> {
    const { connection, names, appends } = this.parts;
    try {
      return await connection.write(names.append(appendId), records, expects);
    } catch (error) {
      // Nobody has to wait for what will never be.
      if (error instanceof AppendTooLargeError) await appends.giveUp(appendId, expects, `too large ${id}`);
      throw error;
    }
  }

  #stored(past: PastAppend, request: PreparedRequest): Promise<AppendOutcome> | AppendOutcome {
    const sameHash = past.header.hash === Buffer.from(request.requestHash).toString('hex');
    return sameHash ? this.#outcome(past, 'repeated') : { status: 'id-reused' };
  }

  async #outcome(past: PastAppend, status: 'appended' | 'repeated'): Promise<AppendOutcome> {
    const { header, record } = past;
    const recordedAt = record.created.getTime();
    if (header.first < 0) {
      const before = await this.parts.eventBefore(positionOf(record));
      return { status, firstPosition: before, lastPosition: before, recordedAt, versions: header.versions };
    }
    const [first, last] = await Promise.all([
      this.parts.appends.event(past, header.first),
      this.parts.appends.event(past, header.last),
    ]);
    return {
      status,
      firstPosition: positionOf(first),
      lastPosition: positionOf(last),
      recordedAt,
      versions: header.versions,
    };
  }
}

function refusalOf({ parts }: PreparedRequest, heads: readonly StreamHead[]): AppendOutcome | undefined {
  for (const [index, { stream, expect }] of parts.entries()) {
    const { version, closed } = heads[index] ?? { version: 0, closed: false };
    if (closed) return { status: 'closed', stream };
    if (!holds(expect, version)) return { status: 'conflict', stream, actualVersion: version };
  }
  return undefined;
}

function holds(expect: PreparedPart['expect'], version: number): boolean {
  if (expect === 'any') return true;
  if (expect === 'none') return version === 0;
  if (expect === 'exists') return version > 0;
  return expect.version === version;
}

function claimOf(request: PreparedRequest, heads: readonly StreamHead[], expects: bigint, names: Names): Claim {
  const id = randomUUID();
  const target = names.append(request.appendId);
  const events = request.parts.map(({ events }) => events.length > 0);
  const sizes = request.parts.map(({ events }) => Math.max(events.length, 1));
  const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((sum, size) => sum + size, 0));
  const lastPart = events.lastIndexOf(true);
  const firstPart = events.indexOf(true);
  const versions = request.parts.map((part, index) => (heads[index]?.version ?? 0) + part.events.length);
  const header = {
    hash: Buffer.from(request.requestHash).toString('hex'),
    versions,
    first: starts[firstPart] ?? -1,
    last: lastPart < 0 ? -1 : (starts[lastPart] ?? 0) + (sizes[lastPart] ?? 0) - 1,
  };
  const records: Written[] = [];
  const links = request.parts.map((part, partIndex) => {
    const head = heads[partIndex] ?? { revision: -1n, version: 0, closed: false };
    const start = starts[partIndex] ?? 0;
    const place = (offset: number) => ({
      claim: id,
      stream: part.stream,
      version: head.version + offset + (part.events.length > 0 ? 1 : 0),
      index: start + offset,
      ...(start + offset === 0 && { append: header }),
    });
    if (part.events.length === 0) records.push(closedRecord(idOf(id, start), place(0)));
    for (const [offset, event] of part.events.entries()) records.push(eventRecord(event, place(offset)));
    const after = head.version + part.events.length;
    return {
      stream: part.stream,
      head,
      after: { revision: head.revision + BigInt(sizes[partIndex] ?? 0), version: after, closed: part.closes },
      records: Array.from({ length: sizes[partIndex] ?? 0 }, (_, offset) =>
        linkRecord(
          idOf(id, 'link', start + offset),
          { revision: Number(expects) + 1 + start + offset, stream: target },
          { claim: id, expects: Number(expects), before: head.version, after, closes: part.closes },
        ),
      ),
    };
  });
  // In one order for everybody, so that two appends to the same streams do not hold up each other.
  return {
    id,
    appendId: request.appendId,
    expects,
    records,
    links: links.sort((one, two) => (one.stream < two.stream ? -1 : 1)),
  };
}
