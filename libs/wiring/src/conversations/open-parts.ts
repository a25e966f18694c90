import { type OpenParts, type SealedPart } from '#capabilities';
import { type RecordedEvent, START } from '#kernel';
import { type DecodeEvents } from '../sealing.js';

/** Opens what the read models of conversations keep, as events are opened. */
export const createOpener =
  (decode: DecodeEvents): OpenParts =>
  async (parts) =>
    (await decode(parts.map(toEvent), 'opened')).map(({ data }) =>
      typeof data === 'object' && data !== null ? { ...data } : {},
    );

const toEvent = ({ customerId, eventId, type, schemaVersion, data }: SealedPart): RecordedEvent => ({
  id: eventId,
  type,
  schemaVersion,
  key: customerId,
  data,
  // What decoding does not look at.
  occurredAt: 0,
  meta: { source: '', correlationId: '', causationId: '' },
  stream: '',
  version: 0,
  position: START,
  recordedAt: 0,
});
