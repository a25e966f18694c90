import type { Expectation } from '../event-store.port.js';
import type { PreparedPart, PreparedRequest } from '../prepared-request.js';
import { type BinaryArrays } from './binary-arrays.js';

const PARAMETERS = 22;

/** Calls es.append; see there for what the parameters are. */
export const FLUSH = {
  name: 'flush',
  text: `SELECT * FROM es.append(${Array.from({ length: PARAMETERS }, (_, index) => `$${String(index + 1)}`).join(', ')})`,
};

/** The parameters of es.append for requests that do not depend on each other; good until the next flush is encoded. */
export function encodeFlush(
  arrays: BinaryArrays,
  epoch: bigint,
  requests: readonly PreparedRequest[],
): (string | Buffer)[] {
  const columns = new Columns();
  for (const request of requests) columns.add(request);
  arrays.reset();
  return [epoch.toString(), ...columns.encode(arrays)];
}

class Columns {
  private readonly requestIds: string[] = [];
  private readonly requestHashes: Uint8Array[] = [];
  private readonly requestOffsets: number[] = [];
  private readonly requestCounts: number[] = [];
  private readonly requestPlain: boolean[] = [];
  private readonly partRequests: number[] = [];
  private readonly partStreams: string[] = [];
  private readonly partExpected: number[] = [];
  private readonly partCounts: number[] = [];
  private readonly partEarlier: number[] = [];
  private readonly partEnds: number[] = [];
  private readonly partCloses: boolean[] = [];
  private readonly eventParts: number[] = [];
  private readonly eventNumbers: number[] = [];
  private readonly eventIds: string[] = [];
  private readonly eventTypes: string[] = [];
  private readonly eventSchemas: number[] = [];
  private readonly eventKeys: string[] = [];
  private readonly eventData: string[] = [];
  private readonly eventMeta: string[] = [];
  private readonly eventTimes: number[] = [];
  /** Events so far of each stream. */
  private readonly streamRows = new Map<string, number>();

  add({ appendId, requestHash, parts, rows }: PreparedRequest): void {
    this.requestOffsets.push(this.eventIds.length);
    this.requestIds.push(appendId);
    this.requestHashes.push(requestHash);
    this.requestCounts.push(rows);
    this.requestPlain.push(parts.length === 1 && rows > 0);
    for (const part of parts) this.addPart(part);
  }

  private addPart({ stream, expect, closes, events }: PreparedPart): void {
    const earlier = this.streamRows.get(stream) ?? 0;
    this.streamRows.set(stream, earlier + events.length);
    this.partRequests.push(this.requestIds.length);
    this.partStreams.push(stream);
    this.partExpected.push(codeOf(expect));
    this.partCounts.push(events.length);
    this.partEarlier.push(earlier);
    this.partCloses.push(closes);
    let number = 0;
    for (const event of events) {
      this.eventParts.push(this.partStreams.length);
      this.eventNumbers.push(++number);
      this.eventIds.push(event.id);
      this.eventTypes.push(event.type);
      this.eventSchemas.push(event.schemaVersion);
      this.eventKeys.push(event.key);
      this.eventData.push(event.data);
      this.eventMeta.push(event.meta);
      this.eventTimes.push(event.occurredAt);
    }
    this.partEnds.push(this.eventIds.length);
  }

  encode(arrays: BinaryArrays): Buffer[] {
    return [
      arrays.uuid(this.requestIds),
      arrays.bytea(this.requestHashes),
      arrays.integer(this.requestOffsets),
      arrays.integer(this.requestCounts),
      arrays.boolean(this.requestPlain),
      arrays.integer(this.partRequests),
      arrays.text(this.partStreams),
      arrays.bigint(this.partExpected),
      arrays.integer(this.partCounts),
      arrays.integer(this.partEarlier),
      arrays.integer(this.partEnds),
      arrays.boolean(this.partCloses),
      arrays.integer(this.eventParts),
      arrays.integer(this.eventNumbers),
      arrays.uuid(this.eventIds),
      arrays.text(this.eventTypes),
      arrays.integer(this.eventSchemas),
      arrays.text(this.eventKeys),
      arrays.json(this.eventData),
      arrays.json(this.eventMeta),
      arrays.timestamp(this.eventTimes),
    ];
  }
}

function codeOf(expect: Expectation): number {
  switch (expect) {
    case 'any':
      return -1;
    case 'exists':
      return -2;
    case 'none':
      return 0;
    default:
      return expect.version;
  }
}
