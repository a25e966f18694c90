import { type Metrics } from '#platform/telemetry';

/** What became of a touchpoint, as far as it is counted: names of ours. */
interface Outcome {
  readonly status: 'accepted' | 'duplicate' | 'refused' | 'quarantined';
  readonly code?: string;
}

/**
 * Counts what became of touchpoints; however they came in. The metrics are told when somebody asks for them: looking a label up takes
 * as long as checking a tenth of a touchpoint.
 */
export class TouchpointCounts {
  readonly #pending = { accepted: 0, duplicate: 0, refused: 0, quarantined: 0 };
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    metrics.beforeExposition(() => {
      this.#tell();
    });
  }

  count({ status, code = 'invalid' }: Outcome): void {
    this.#pending[status] += 1;
    if (status === 'refused') this.#metrics.refusals.labels(code).inc();
  }

  #tell(): void {
    for (const status of ['accepted', 'duplicate', 'refused', 'quarantined'] as const) {
      if (this.#pending[status] > 0) this.#metrics.touchpoints.labels(status).inc(this.#pending[status]);
      this.#pending[status] = 0;
    }
  }
}
