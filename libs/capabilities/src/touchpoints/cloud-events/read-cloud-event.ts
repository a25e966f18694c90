import { type FieldError, parseIncomingCloudEvent, parseTraceContext, type TraceContext } from '#contracts';
import { type Result } from '#kernel';
import { type CloudEventContext, TOUCHPOINT_TYPE, touchpointOfCloudEvent } from './touchpoint-of-cloud-event.js';

/** A CloudEvent as it came, read as a touchpoint for `parseTouchpoint` to judge. */
export interface ReadCloudEvent {
  /** Or why it is none. Errors point into the event. */
  readonly touchpoint: Result<unknown, readonly FieldError[]>;
  /**
   * Its id says all: the specification makes source and id the identity of an event, and what we keep of it differs with the mode in
   * which it came, or has our time. Not of a touchpoint with a time of its own, which is the same or a mistake.
   */
  readonly isKnownById: boolean;
  /**
   * The extension for distributed tracing: where an event began, which no hop on its way may change. One that cannot be read is none, as
   * it is in a header.
   */
  readonly trace: TraceContext | undefined;
}

/** @param value a JSON value: the JSON format of an event */
export function readCloudEvent(value: unknown, context: CloudEventContext): ReadCloudEvent {
  const { language } = context;
  const event = parseIncomingCloudEvent(value, language === undefined ? {} : { language });
  if (!event.ok) return { touchpoint: event, isKnownById: false, trace: undefined };
  const { time, type, extensions } = event.value;
  return {
    touchpoint: touchpointOfCloudEvent(event.value, context),
    isKnownById: time === undefined || !type.startsWith(TOUCHPOINT_TYPE),
    trace: parseTraceContext(extensions['traceparent'], extensions['tracestate']),
  };
}
