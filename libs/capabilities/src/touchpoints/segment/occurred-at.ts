import { parseTime } from '#contracts';
import { type EpochMs } from '#kernel';

/** ISO 8601 as libraries write it, without a zone: they mean UTC. */
const WITHOUT_ZONE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?))?$/;

/** A time as the SDKs send it: RFC 3339, ISO 8601 without a zone (UTC), or milliseconds since 1970. */
export function timeOf(value: unknown): EpochMs | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, date, clock = '00:00:00'] = WITHOUT_ZONE.exec(value) ?? [];
  const parsed = parseTime(date === undefined ? value : `${date}T${clock}Z`);
  return 'epochMs' in parsed ? parsed.epochMs : undefined;
}

export interface SentTimes {
  /** The sender's clock when it happened. */
  readonly original: unknown;
  /** The sender's clock when it was sent. */
  readonly sentAt: unknown;
  /** Our clock when it arrived. */
  readonly receivedAt: EpochMs;
}

/**
 * When it happened by our clock: `receivedAt − (sentAt − original)`, as Segment's specification corrects the clocks of senders.
 * Without `sentAt` the sender's own time is believed; without a time it happened when it arrived.
 * `undefined` when a time was sent that is none.
 */
export function occurredAt({ original, sentAt, receivedAt }: SentTimes): EpochMs | undefined {
  if (original === undefined || original === null) return receivedAt;
  const happened = timeOf(original);
  const sent = timeOf(sentAt);
  if (happened === undefined || sent === undefined) return happened;
  return receivedAt - (sent - happened);
}
