import { type EpochMs } from '#kernel';
import { type BusRecord, type NewBusRecord } from '../bus.port.js';
import { type RefusedRecord } from './inbound-outcome.js';

/** What dead letters say about themselves; the sender's own headers stay beside it. */
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
  /** The topic that the mended record goes to: same key, same value where it was ours that had to be mended. */
  sendAgainTo: 'safar-send-again-to',
} as const;

const OWN = /^safar-/;

export interface RefusedFrom {
  readonly topic: string;
  readonly at: EpochMs;
  /** Partitions of the topic of dead letters. */
  readonly partitions: number;
}

/** A refused record as it came, with why, where from, and where to send it again. */
export function deadLetterOf(
  record: BusRecord,
  refused: RefusedRecord,
  { topic, at, partitions }: RefusedFrom,
): NewBusRecord {
  const [partition, offset] = [String(record.partition), record.offset.toString()];
  const names = DEAD_LETTER_HEADERS;
  const isKept = refused.withoutValue !== true;
  // Of a letter that was sent again as it is, what it said about itself the first time. Keys and headers name people, too.
  const sent = Object.entries(record.headers).filter(([name]) => isKept && !OWN.test(name));
  const writtenAt = record.headers[names.writtenAt] ?? (record.writtenAt && new Date(record.writtenAt).toISOString());
  return {
    partition: record.partition % partitions,
    key: isKept ? record.key : '',
    headers: {
      ...Object.fromEntries(sent),
      ...(writtenAt && { [names.writtenAt]: writtenAt }),
      [names.id]: `${topic}/${partition}/${offset}`,
      [names.reason]: refused.reason,
      [names.errors]: JSON.stringify(refused.errors),
      [names.topic]: topic,
      [names.partition]: partition,
      [names.offset]: offset,
      [names.refusedAt]: new Date(at).toISOString(),
      [names.sendAgainTo]: topic,
    },
    value: '',
    ...(record.bytes !== undefined && isKept && { bytes: record.bytes }),
  };
}
