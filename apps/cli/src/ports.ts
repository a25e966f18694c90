import { type TouchpointResult } from '#contracts';

/** Takes touchpoints; the same (source, id) is stored once, so sending again is safe. */
export interface TouchpointRecorder {
  /**
   * One result for each value, in their order. Errors that carry a number `retryAfterMs`, and those named
   * `AppendOutcomeUnknownError`, are answered by sending the same values again.
   */
  recordTouchpoints(values: readonly unknown[]): Promise<readonly TouchpointResult[]>;
}
