import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds. Requests that wait for a commit take some milliseconds, those that wait for a read model up to five seconds. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FLUSH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** A flush has at most 500 events. */
const FLUSH_EVENTS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * Everything that this process counts. A label has a closed set of values: patterns of routes, statuses, codes, names of projections;
 * never an address, an id or a text of a caller.
 */
export interface Metrics {
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly problems: Counter<'code'>;
  readonly touchpoints: Counter<'result'>;
  readonly refusals: Counter<'reason'>;
  readonly deadLetters: Counter<'kept'>;
  readonly flushSeconds: Histogram;
  readonly flushEvents: Histogram;
  /** A number that is looked up when somebody asks. */
  gauge(name: `safar_${string}`, help: string, read: () => number): void;
  /** Numbers of several things of a kind, looked up when somebody asks; none when they cannot be had. */
  gauges<Label extends string>(definition: GaugesOf<Label>): void;
  /** Called before anybody is shown the metrics: for whoever counts by themselves meanwhile. */
  beforeExposition(tell: () => void): void;
  readonly contentType: string;
  /** In the text format of Prometheus. */
  exposition(): Promise<string>;
  /** Of each metric of ours: name, kind, labels, what it is. */
  table(): readonly MetricRow[];
}

export interface MetricRow {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export interface GaugesOf<Label extends string> {
  readonly label: Label;
  readonly names: Readonly<Record<`safar_${string}`, string>>;
  /** For each value of the label, a number for each name. */
  readonly read: () => Promise<ReadonlyMap<string, Readonly<Record<string, number>>>>;
}

/** @param ofProcess CPU, memory, event loop, garbage collection: under the names that prom-client and others use */
export function createMetrics({ ofProcess }: { readonly ofProcess: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const grouped: (() => Promise<void>)[] = [];
  const tellers: (() => void)[] = [];
  const rows: MetricRow[] = [];
  const { row, counter, histogram } = makersFor(registers, rows);
  return {
    requests: histogram('safar_http_request_duration_seconds', 'From the head of a request to the end of its answer', {
      buckets: REQUEST_SECONDS,
      labels: ['method', 'route', 'status'] as const,
    }),
    problems: counter('safar_http_problems_total', 'Answers that are a problem document, by its code', 'code'),
    ...touchpointCounters(counter),
    flushSeconds: histogram('safar_store_flush_duration_seconds', 'A group commit, from sending to its answer', {
      buckets: FLUSH_SECONDS,
    }),
    flushEvents: histogram('safar_store_flush_events', 'Events in a group commit', { buckets: FLUSH_EVENTS }),
    gauge: (name, help, read) => {
      const gauge: Gauge = new Gauge({
        ...row(name, 'gauge', help),
        registers,
        collect: () => {
          gauge.set(read());
        },
      });
    },
    gauges: ({ label, names, read }) => {
      const made = Object.entries(names).map(
        ([name, help]) => new Gauge({ ...row(name, 'gauge', help, [label]), labelNames: [label], registers }),
      );
      grouped.push(async () => {
        const values = await read().catch(() => new Map<string, Readonly<Record<string, number>>>());
        const named = Object.keys(names);
        for (const [index, gauge] of made.entries()) {
          gauge.reset();
          for (const [of, numbers] of values) gauge.labels(of).set(numbers[named[index] ?? ''] ?? 0);
        }
      });
    },
    beforeExposition: (tell) => {
      tellers.push(tell);
    },
    contentType: registry.contentType,
    exposition: shared(async () => {
      for (const tell of tellers) tell();
      await Promise.all(grouped.map((refresh) => refresh()));
      return registry.metrics();
    }),
    table: () => [...rows].sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

const touchpointCounters = (
  counter: ReturnType<typeof makersFor>['counter'],
): Pick<Metrics, 'touchpoints' | 'refusals' | 'deadLetters'> => ({
  touchpoints: counter('safar_touchpoints_total', 'Touchpoints: accepted, duplicate, refused or quarantined', 'result'),
  refusals: counter('safar_touchpoint_refusals_total', 'Refused touchpoints by the code of the reason', 'reason'),
  deadLetters: counter(
    'safar_inbound_dead_letters_total',
    'Records of Kafka that were refused, by whether what was sent is kept',
    'kept',
  ),
});

/**
 * Who asks while it is under way gets the same answer: writing thousands of series holds the event loop, and a dozen who ask at once
 * would hold it a dozen times as long, one after the other in the same turn.
 */
function shared(work: () => Promise<string>): () => Promise<string> {
  let underWay: Promise<string> | undefined;
  return () =>
    (underWay ??= work().finally(() => {
      underWay = undefined;
    }));
}

/** Make metrics that are in the table too. */
function makersFor(registers: Registry[], rows: MetricRow[]) {
  const row = (
    name: string,
    kind: string,
    help: string,
    labels: readonly string[] = [],
  ): { name: string; help: string } => {
    rows.push({ name, kind, labels, help });
    return { name, help };
  };
  const counter = <Label extends string>(name: string, help: string, label: Label): Counter<Label> =>
    new Counter({ ...row(name, 'counter', help, [label]), labelNames: [label], registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    { buckets, labels = [] }: { readonly buckets: number[]; readonly labels?: readonly Label[] },
  ): Histogram<Label> =>
    new Histogram({ ...row(name, 'histogram', help, labels), labelNames: labels, buckets, registers });
  return { row, counter, histogram };
}
