/** What one contestant did in one round of one cell. Members that do not apply, or that this machine cannot tell, are absent. */
export interface Sample {
  readonly events: number;
  /** How long it took to store, read or apply them. */
  readonly seconds?: number;
  /** Latency of one append as its caller sees it. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  readonly maxMs?: number;
  /** CPU time per event, from the accounts of the processes. */
  readonly clientCpuUs?: number;
  readonly serverCpuUs?: number;
  /** Acknowledged, but never given to the consumer. */
  readonly lost?: number;
  /** Given to the consumer after a later event of the same stream. */
  readonly outOfOrder?: number;
  /** Given to the consumer more than once. */
  readonly repeated?: number;
}

export interface Measurement {
  readonly scenario: string;
  /** What was asked, for example `64 callers × 1 event`. */
  readonly cell: string;
  readonly contestant: string;
  readonly round: number;
  readonly sample: Sample;
}

export const rateOf = ({ events, seconds }: Sample): number | undefined => seconds && events / seconds;

/** Client and server together; absent where one of them is unknown. */
export const cpuUsOf = ({ clientCpuUs, serverCpuUs }: Sample): number | undefined =>
  clientCpuUs === undefined || serverCpuUs === undefined ? undefined : clientCpuUs + serverCpuUs;

/**
 * Several processes that worked at the same time, as one. Their windows began together, so the rates add up; each saw the
 * whole server's time, so that is counted once; a tail is as bad as the worst of them.
 */
export function together(samples: readonly Sample[]): Sample {
  const events = sumOf(samples.map((sample) => sample.events));
  /** Of a member that every sample has: all its values. */
  const all = (member: (sample: Sample) => number | undefined): readonly number[] | undefined => {
    const values = samples.map(member).filter((value) => value !== undefined);
    return values.length === samples.length ? values : undefined;
  };
  const rates = all(rateOf);
  const p50s = all((sample) => sample.p50Ms);
  const p99s = all((sample) => sample.p99Ms);
  const client = all(({ clientCpuUs, events: own }) => clientCpuUs && clientCpuUs * own);
  const server = all(({ serverCpuUs, events: own }) => serverCpuUs && serverCpuUs * own);
  return {
    events,
    ...(rates && { seconds: events / sumOf(rates) }),
    ...(p50s && { p50Ms: Math.max(...p50s) }),
    ...(p99s && { p99Ms: Math.max(...p99s) }),
    ...(client && { clientCpuUs: sumOf(client) / events }),
    ...(server && { serverCpuUs: Math.max(...server) / events }),
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
