import type { AppendOutcome } from '../event-store.port.js';
import type { PreparedRequest } from '../prepared-request.js';

/** The row that es.append answers, as text: after_position, recorded_ms, bases, verdicts, details. */
export type FlushRow = readonly [string, string, string, string | null, string | null];

/** What es.append tells of a request that it did not append. Numbers from 1, as in SQL. */
interface Detail {
  readonly request: number;
  readonly part: number | null;
  readonly version: number | null;
  readonly first: string | null;
  readonly count: number | null;
  readonly recordedMs: number | null;
  readonly versions: readonly number[] | null;
}

/** The outcome of each request of a flush, in their order. */
export function decodeOutcomes(requests: readonly PreparedRequest[], row: FlushRow): AppendOutcome[] {
  const [after, recordedMs, bases, verdicts, details] = row;
  const flush: Flush = {
    position: BigInt(after),
    recordedAt: Number(recordedMs),
    bases: bases.slice(1, -1).split(','),
    part: 0,
  };
  if (verdicts === null) return requests.map((request) => appended(flush, request));
  const told = new Map((JSON.parse(details ?? '[]') as readonly Detail[]).map((detail) => [detail.request, detail]));
  return requests.map((request, index) => {
    if (verdicts[index] === 'a') return appended(flush, request);
    const firstPart = flush.part;
    flush.part += request.parts.length;
    const detail = told.get(index + 1);
    if (!detail) throw new Error('es.append refused a request without saying why');
    return refused(verdicts[index], request, detail, firstPart);
  });
}

/** How far the outcomes of a flush have been read. */
interface Flush {
  /** The last position so far. */
  position: bigint;
  readonly recordedAt: number;
  readonly bases: readonly string[];
  part: number;
}

function appended(flush: Flush, { parts, rows }: PreparedRequest): AppendOutcome {
  const before = flush.position;
  flush.position += BigInt(rows);
  const versions = parts.map(({ events }) => Number(flush.bases[flush.part++]) + events.length);
  return {
    status: 'appended',
    // Nothing but a closed stream: told as the position of the last event before it.
    firstPosition: rows > 0 ? before + 1n : before,
    lastPosition: flush.position,
    recordedAt: flush.recordedAt,
    versions,
  };
}

function refused(
  verdict: string | undefined,
  { parts }: PreparedRequest,
  detail: Detail,
  firstPart: number,
): AppendOutcome {
  if (verdict === 'i') return { status: 'id-reused' };
  if (verdict === 'r') {
    const firstPosition = BigInt(detail.first ?? 0);
    return {
      status: 'repeated',
      firstPosition,
      lastPosition: firstPosition + BigInt(Math.max((detail.count ?? 0) - 1, 0)),
      recordedAt: detail.recordedMs ?? 0,
      versions: detail.versions ?? [],
    };
  }
  const stream = parts[(detail.part ?? 0) - 1 - firstPart]?.stream;
  if (stream === undefined) throw new Error('es.append refused a request for a stream that is not in it');
  return verdict === 'x'
    ? { status: 'closed', stream }
    : { status: 'conflict', stream, actualVersion: detail.version ?? 0 };
}
