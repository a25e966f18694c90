/** Unix time in milliseconds. Times are numbers inside Safar and RFC 3339 text at its edges. */
export type EpochMs = number;

/**
 * The place of an event in the whole store. Grows with commit order and is never reused. Opaque to callers: compare and
 * pass on, never calculate with it (EventStoreDB's positions have holes, ours have none).
 */
export type Position = bigint;

/** Before the first event. */
export const START: Position = 0n;

/** What travels beside the data of an event, never shown to a fold as a fact about the customer. */
export interface EventMeta {
  /** CloudEvents `source`: who reported it, a URI reference such as `/sources/web-shop`. */
  readonly source: string;
  /** The request or conversation this belongs to. */
  readonly correlationId: string;
  /** Id of the event or command that caused this one. */
  readonly causationId: string;
  /** W3C Trace Context of the request that caused it, where its sender was in a trace. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** An event that is about to be appended. */
export interface NewEvent<Type extends string = string, Data = unknown> {
  /** UUID; CloudEvents `id`. Deterministic, so that a retry makes the same event. */
  readonly id: string;
  /** CloudEvents `type`, for example `touchpoint.purchase`. */
  readonly type: Type;
  /** Version of the schema that `data` follows; 1 and up. */
  readonly schemaVersion: number;
  /** What keeps events in order and is the unit of parallel work: the persona id, or the stream where there is none. */
  readonly key: string;
  readonly occurredAt: EpochMs;
  readonly data: Data;
  readonly meta: EventMeta;
}

/** An event as the store gives it back. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends NewEvent<Type, Data> {
  readonly stream: string;
  /** Place in its stream, 1 and up without holes. */
  readonly version: number;
  readonly position: Position;
  /** When it was committed; never decreases with position. */
  readonly recordedAt: EpochMs;
}

/** Every event type of a union of events. */
export type TypeOf<E extends RecordedEvent> = E['type'];

/** The member of a union of events with this type. */
export type EventOf<E extends RecordedEvent, T extends TypeOf<E>> = Extract<E, { readonly type: T }>;
