import { type EpochMs, type RecordedEvent } from '#kernel';

/** When something happened, as far as a source is believed: what it says of the future had happened when it was recorded. */
export const believedAt = ({ occurredAt, recordedAt }: Pick<RecordedEvent, 'occurredAt' | 'recordedAt'>): EpochMs =>
  Math.min(occurredAt, recordedAt);
