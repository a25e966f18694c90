import { Command } from '@nestjs/cqrs';
import { type TouchpointResult } from '#contracts';
import { type Principal } from './api-key-verifier.port.js';

/** W3C Trace Context. */
export interface SenderTrace {
  readonly traceparent: string;
  readonly tracestate?: string;
}

export interface RecordingRequest {
  readonly principal: Principal;
  /** 32 hexadecimal digits, a W3C trace id. */
  readonly correlationId: string;
  /** Where the sender is in a trace. */
  readonly trace?: SenderTrace;
  /** Of the details in the errors. */
  readonly language: 'en' | 'fa';
  /** Nothing is stored when one of them is refused. */
  readonly strict?: boolean;
}

/** Touchpoints may come from further away than the request that brings them. */
export interface TouchpointsRequest extends RecordingRequest {
  /** The traces that touchpoints themselves began in, by their index; each counts before that of the request. */
  readonly traces?: readonly (SenderTrace | undefined)[];
}

/**
 * Stores touchpoints. One result for each, in their order: a bad one never rejects its neighbours.
 * Throws `StoreBusyError` or `AppendOutcomeUnknownError` when some are without an answer; sending all of them again is safe.
 */
export class RecordTouchpoints extends Command<readonly TouchpointResult[]> {
  constructor(
    /** As they were sent: any JSON value. Nothing about them was checked but their size and depth. */
    readonly touchpoints: readonly unknown[],
    readonly request: TouchpointsRequest,
  ) {
    super();
  }
}
