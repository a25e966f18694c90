import { randomUUID } from 'node:crypto';
import { type TouchpointResult } from '#contracts';
import { type Clock, type EpochMs } from '#kernel';
import { type BusRecord, firstWrittenAt, type InboundOutcome, type TakeInbound } from '#platform/bus';
import { isOutage } from '#platform/consumers';
import { takeTurns } from '#platform/event-loop';
import { AppendOutcomeUnknownError, AppendTooLargeError, StoreBusyError, StoreGuardError } from '#platform/event-store';
import { ErasurePendingError } from '#platform/vault';
import { reasonsOf } from '../quarantined-message.js';
import { type RecordTouchpointsInto } from '../record-touchpoints.js';
import { readRecord, type ReadRecord } from './read-record.js';

export interface InboundPorts {
  readonly topic: string;
  readonly recordTouchpoints: RecordTouchpointsInto;
  readonly clock: Clock;
  /** Whether the erasure of one of the personas was begun at that time or later. */
  readonly anyErasedSince: (personaIds: readonly string[], since: EpochMs) => Promise<boolean>;
  /** Rejects while nothing can be stored. */
  readonly checkWritable: () => Promise<void>;
}

/** Times that records fail together before each is tried alone: then the others flow. */
export const FAILURES_TOGETHER = 3;
/** As many records as do not each have something of their own that nobody foresaw: then it is not them. */
const TOO_MANY_TO_BLAME = 10;
/** By how much the clocks of brokers and of Safar may differ. */
const CLOCKS_DIFFER_MS = 60_000;

/** The way of records into the store: as touchpoints of `POST /v1/touchpoints`, by the same rules. */
export const createTakeInbound = (ports: InboundPorts): TakeInbound => {
  const take: TakeInbound = async (records, failures) => {
    try {
      const outcomes = await takeTogether(ports, records);
      if (outcomes !== undefined) return outcomes;
    } catch (error) {
      if (!isOfOne(error, failures)) throw error;
      if (records.length === 1) return [await blamed(ports, error)];
    }
    const apart: InboundOutcome[] = [];
    for (const record of records) apart.push(...(await take([record], failures)));
    if (apart.length >= TOO_MANY_TO_BLAME && apart.every(isBlamed))
      throw new Error(`each of ${String(apart.length)} records failed`);
    return apart;
  };
  return take;
};

const isBlamed = (outcome: InboundOutcome): boolean => outcome.status === 'refused' && outcome.reason === 'failed';

/**
 * Whoever was erased at that time or later must not come back by these records. Where a sender stamped one nobody knows when it was
 * written: then it is whoever was ever erased.
 */
export const erasedSince = (records: readonly BusRecord[], now: EpochMs): EpochMs =>
  records.some(({ stampedBy }) => stampedBy === 'sender')
    ? 0
    : Math.min(now, ...records.map((record) => firstWrittenAt(record) ?? now)) - CLOCKS_DIFFER_MS;

/** Nothing, when somebody was erased whom one of several names: each has to be judged alone. */
async function takeTogether(
  ports: InboundPorts,
  records: readonly BusRecord[],
): Promise<readonly InboundOutcome[] | undefined> {
  const now = ports.clock.now();
  const read: ReadRecord[] = [];
  for (const record of records) {
    await takeTurns();
    read.push(readRecord(record, now));
  }
  const touchpoints = read.flatMap(({ touchpoint }) => (touchpoint.ok ? [touchpoint.value] : []));
  const since = erasedSince(records, now);
  const results = await ports.recordTouchpoints(touchpoints, {
    correlationId: randomUUID().replaceAll('-', ''),
    causationId: ports.topic,
    traces: read.flatMap(({ touchpoint, trace }) => (touchpoint.ok ? [trace] : [])),
    stillThere: async (personaIds) => !(await ports.anyErasedSince(personaIds, since)),
  });
  if (records.length > 1 && results.some(isNotStored)) return undefined;
  let next = 0;
  return read.map(({ touchpoint, isKnownById }): InboundOutcome => {
    if (!touchpoint.ok) return { status: 'refused', reason: 'invalid', errors: reasonsOf(touchpoint.reason) };
    return outcomeOf(results[next++], isKnownById);
  });
}

const isNotStored = (result: TouchpointResult): boolean => result.status === 'refused' && result.code === 'not_stored';

function outcomeOf(result: TouchpointResult | undefined, isKnownById: boolean): InboundOutcome {
  if (result === undefined) throw new Error('the recorder did not answer for every touchpoint');
  if (result.status !== 'refused') return { status: result.status };
  const { code, errors } = result;
  if (code === 'id_reused' && isKnownById) return { status: 'duplicate' };
  // It was sent before somebody was erased whom it names, and must not come back by being late.
  if (code === 'not_stored') return { status: 'refused', reason: 'erased', errors: [], withoutValue: true };
  return { status: 'refused', reason: code, errors: reasonsOf(errors) };
}

/** What passes by itself, or what somebody has to mend for all of them. */
const isPassing = (error: unknown): boolean =>
  error instanceof StoreBusyError ||
  error instanceof AppendOutcomeUnknownError ||
  error instanceof ErasurePendingError ||
  error instanceof StoreGuardError ||
  isOutage(error);

const isOfOne = (error: unknown, failures: number): boolean =>
  error instanceof AppendTooLargeError || (!isPassing(error) && failures >= FAILURES_TOGETHER);

/** One that cannot be stored although anything else could. @throws while nothing can: then it is not its fault */
async function blamed({ checkWritable }: InboundPorts, error: unknown): Promise<InboundOutcome> {
  if (error instanceof AppendTooLargeError) return { status: 'refused', reason: 'too_large_for_store', errors: [] };
  await checkWritable();
  return { status: 'refused', reason: 'failed', errors: [] };
}
