import { type Metrics } from '#platform/telemetry';

/** What became of a touchpoint, as far as it is counted: names of ours. */
interface Outcome {
  readonly status: 'accepted' | 'duplicate' | 'refused' | 'quarantined';
  readonly code?: string;
}

/** Counts what became of touchpoints; however they came in. */
export function countTouchpoints({ touchpoints, refusals }: Metrics, outcomes: readonly Outcome[]): void {
  for (const { status, code = 'invalid' } of outcomes) {
    touchpoints.labels(status).inc();
    if (status === 'refused') refusals.labels(code).inc();
  }
}
