import { Command } from '@nestjs/cqrs';
import { type TouchpointResult } from '#contracts';
import { type Principal } from './api-key-verifier.port.js';

export interface RecordingRequest {
  readonly principal: Principal;
  /** 32 hexadecimal digits, a W3C trace id. */
  readonly correlationId: string;
  /** W3C Trace Context, where the sender is in a trace. */
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string };
  /** Of the details in the errors. */
  readonly language: 'en' | 'fa';
  /** Nothing is stored when one of them is refused. */
  readonly strict?: boolean;
}

/**
 * Stores touchpoints. One result for each, in their order: a bad one never rejects its neighbours.
 * Throws `StoreBusyError` or `AppendOutcomeUnknownError` when some are without an answer; sending all of them again is safe.
 */
export class RecordTouchpoints extends Command<readonly TouchpointResult[]> {
  constructor(
    /** As they were sent: any JSON value. Nothing about them was checked but their size and depth. */
    readonly touchpoints: readonly unknown[],
    readonly request: RecordingRequest,
  ) {
    super();
  }
}
