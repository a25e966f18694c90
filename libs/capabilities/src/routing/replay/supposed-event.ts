import { type RoutingData, routingStream } from '#contracts';
import { type EpochMs, type RecordedEvent } from '#kernel';

/** What a replay supposes: what routing and people do; nobody declines, as that would be why somebody else is asked. */
export type Supposed = Exclude<keyof RoutingData, 'routing.declined'>;

interface About {
  /** Of all that were supposed before it. */
  readonly number: number;
  readonly id: string;
  readonly customerId: string;
  readonly at: EpochMs;
}

/** An event that would have been. It is of no older version than what is known: it is told later. */
export function supposed<Type extends Supposed>(
  { number, id, customerId, at }: About,
  type: Type,
  data: RoutingData[Type],
  known: number,
): RecordedEvent {
  const name = `supposed-${String(number)}`;
  return {
    ...{ id: name, type, data: { ...data, version: Math.max(data.version ?? 1, known) } },
    ...{ stream: routingStream(id), key: customerId, schemaVersion: 1, version: 1, position: 0n },
    ...{ occurredAt: at, recordedAt: at, meta: { source: '/safar', correlationId: name, causationId: name } },
  };
}
