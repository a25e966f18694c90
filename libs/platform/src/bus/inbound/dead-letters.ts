import { type EpochMs } from '#kernel';
import { type BusRecord, type NewBusRecord } from '../bus.port.js';
import { type Kept, type RefusedInbound } from './inbound-outcome.js';

/** What dead letters say. They have no key and no value: what was sent is kept where an erasure reaches it. */
export const DEAD_LETTER_HEADERS = {
  /** The same each time that the same record is refused: a letter may be there twice. */
  id: 'safar-dead-letter-id',
  reason: 'safar-reason',
  /** JSON: `[{pointer, code}]`. */
  errors: 'safar-errors',
  topic: 'safar-from-topic',
  partition: 'safar-from-partition',
  offset: 'safar-from-offset',
  refusedAt: 'safar-refused-at',
  /** When the record was written for the first time, however often it was sent again: whoever was erased since does not come back by it. */
  writtenAt: 'safar-written-at',
  /** The topic that the mended record goes to. */
  sendAgainTo: 'safar-send-again-to',
  /** `quarantine`, or why what was sent is not kept. */
  kept: 'safar-kept',
  /** Under which id it is in the quarantine: a keyed hash of what was sent, which nobody without the secret can guess from it. */
  quarantineId: 'safar-quarantine-id',
} as const;

/** Headers of the sender that say how to read a record, and not whom it is about; and only where they look like it. */
const SENDER_HEADERS = ['content-type', 'ce_specversion', 'ce_type', 'traceparent'];
const PLAIN = /^[\w.+/;= -]{1,128}$/;

export interface RefusedFrom {
  readonly topic: string;
  readonly at: EpochMs;
  /** Partitions of the topic of dead letters. */
  readonly partitions: number;
}

/** Tells of a refused record: why, where from, where what it said is kept, and where to send it again. Names nobody. */
export function deadLetterOf(
  { record, outcome }: RefusedInbound,
  kept: Kept,
  { topic, at, partitions }: RefusedFrom,
): NewBusRecord {
  const [partition, offset] = [String(record.partition), record.offset.toString()];
  const names = DEAD_LETTER_HEADERS;
  const writtenAt = firstWrittenAt(record);
  const sent = SENDER_HEADERS.map((name) => [name, record.headers[name] ?? ''] as const);
  return {
    partition: record.partition % partitions,
    key: '',
    headers: {
      ...Object.fromEntries(sent.filter(([, value]) => PLAIN.test(value))),
      ...(writtenAt !== undefined && { [names.writtenAt]: new Date(writtenAt).toISOString() }),
      [names.id]: `${topic}/${partition}/${offset}`,
      [names.reason]: outcome.reason,
      [names.errors]: JSON.stringify(outcome.errors),
      [names.topic]: topic,
      [names.partition]: partition,
      [names.offset]: offset,
      [names.refusedAt]: new Date(at).toISOString(),
      [names.sendAgainTo]: topic,
      ...('as' in kept ? { [names.kept]: 'quarantine', [names.quarantineId]: kept.as } : { [names.kept]: kept.not }),
    },
    value: '',
  };
}

/** Anybody can write a header, and a date that a database or a calendar does not know would stop whoever reads it: only these are taken. */
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(9999)];
const plausible = (at: EpochMs | undefined): EpochMs =>
  at !== undefined && at >= EARLIEST && at <= LATEST ? at : Infinity;

/**
 * When a record was written first: one that was mended and sent again says what its letter said. One that says too early is refused where
 * it would have been stored.
 */
export function firstWrittenAt({ writtenAt, headers }: BusRecord): EpochMs | undefined {
  const said = Date.parse(headers[DEAD_LETTER_HEADERS.writtenAt] ?? '');
  const first = Math.min(plausible(writtenAt), plausible(said));
  return first === Infinity ? undefined : first;
}
