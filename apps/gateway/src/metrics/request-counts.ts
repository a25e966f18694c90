import { type Metrics } from '#platform/telemetry';

/** Looking labels up one request behind the other takes a fifth of what it takes among other work. */
const TOGETHER = 512;

/** Counts requests of one route as `countRequest` does, many at once. */
export class RequestCounts {
  #statuses: number[] = [];
  #seconds: number[] = [];

  constructor(
    private readonly metrics: Metrics,
    private readonly route: string,
  ) {
    metrics.beforeExposition(() => {
      this.#tell();
    });
  }

  count(status: number, seconds: number): void {
    this.#statuses.push(status);
    if (this.#seconds.push(seconds) >= TOGETHER) this.#tell();
  }

  #tell(): void {
    for (const [index, status] of this.#statuses.entries())
      this.metrics.requests.labels('POST', this.route, String(status)).observe(this.#seconds[index] ?? 0);
    this.#statuses = [];
    this.#seconds = [];
  }
}
