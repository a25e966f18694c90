import { type Metrics } from '#platform/telemetry';

/** What became of a touchpoint, as far as it is counted: names of ours. */
interface Outcome {
  readonly status: 'accepted' | 'duplicate' | 'refused' | 'quarantined';
  readonly code?: string;
}

/** Counts what became of a touchpoint; however it came in. */
export function countTouchpoint({ touchpoints, refusals }: Metrics, { status, code = 'invalid' }: Outcome): void {
  touchpoints.labels(status).inc();
  if (status === 'refused') refusals.labels(code).inc();
}
