import { type EpochMs } from '#kernel';
import { type BusRecord } from '#platform/bus';

/** A record that was refused, as it came: in the quarantine, sealed. */
export interface KeptRecord {
  readonly record: {
    readonly topic: string;
    readonly partition: number;
    /** JSON has no 64-bit numbers. */
    readonly offset: string;
    readonly key: string;
    readonly headers: BusRecord['headers'];
    /** In base64: it may be no text. */
    readonly value: string;
    readonly writtenAt: BusRecord['writtenAt'];
    readonly stampedBy?: BusRecord['stampedBy'];
  };
  readonly refusedAt: EpochMs;
}

export function keepRecord(topic: string, sent: BusRecord, refusedAt: EpochMs): KeptRecord {
  const { bytes, value, offset, partition, key, headers, writtenAt, stampedBy } = sent;
  const text = Buffer.from(bytes ?? Buffer.from(value)).toString('base64');
  const place = { topic, partition, offset: offset.toString() };
  return { record: { ...place, key, headers, value: text, writtenAt, ...(stampedBy && { stampedBy }) }, refusedAt };
}

export function recordOfKept({ record, refusedAt }: KeptRecord): BusRecord {
  const { partition, offset, key, headers, value, writtenAt = refusedAt, stampedBy } = record;
  return {
    ...{ partition, key, headers, value: '', offset: BigInt(offset), bytes: Buffer.from(value, 'base64') },
    // A sender's clock may be ahead, where the topic goes by it: whoever is erased from now on was erased later.
    writtenAt: Math.min(writtenAt, refusedAt),
    ...(stampedBy && { stampedBy }),
  };
}
