import pg from 'pg';
import { type AppendLoad, type Handler } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { quantile } from '../harness/statistics.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Appender } from './appender.js';
import { contestant } from './contestants.js';
import { type Entry, Streams } from './touchpoints.js';

/** Callers in a closed loop: each waits for its append before it makes the next one. */
export const measureAppends: Handler<'append'> = async (input, ready) => {
  const store = await contestant(input.store);
  const load = store.reshape?.(input.load) ?? input.load;
  const streams = new Streams(load.callers);
  const appender = await store.open({ url: input.url, callers: load.callers, personaIds: streams.personaIds });
  const callers = new Callers(appender, streams, load, store.reshape !== undefined);
  await ready();
  callers.start();
  await sleep(input.window.warmUpMs);
  const stop = startMeter(input.postmasterPid);
  callers.observe();
  await sleep(input.window.measureMs);
  const { events, latencies } = callers.observed();
  const reading = stop();
  await callers.finish();
  await appender.close();
  await assertStored(input.url, store.countSql, callers.acknowledged);
  return {
    events,
    seconds: reading.seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    ...perEvent(reading, events),
  };
};

class Callers {
  acknowledged = 0;
  private order = 0;
  private latencies: number[] = [];
  private acknowledgedBefore = 0;
  private stopped = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly appender: Appender,
    private readonly streams: Streams,
    private readonly load: AppendLoad,
    private readonly manyStreams: boolean,
  ) {}

  start(): void {
    this.running = Promise.all(Array.from({ length: this.load.callers }, (_, caller) => this.call(caller)));
    // Reported by finish().
    this.running.catch(() => undefined);
  }

  /** Forgets what was seen so far. */
  observe(): void {
    this.latencies = [];
    this.acknowledgedBefore = this.acknowledged;
  }

  observed(): { events: number; latencies: readonly number[] } {
    return { events: this.acknowledged - this.acknowledgedBefore, latencies: this.latencies.slice() };
  }

  /** @throws what any caller ran into. */
  async finish(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async call(caller: number): Promise<void> {
    while (!this.stopped) {
      const entries = this.nextEntries(caller);
      const start = performance.now();
      await this.appender.append(entries);
      this.latencies.push(performance.now() - start);
      for (const { stream } of entries) stream.version++;
      this.acknowledged += entries.length;
    }
  }

  private nextEntries(caller: number): readonly Entry[] {
    const one = this.streams.next(caller);
    return Array.from({ length: this.load.eventsPerAppend }, (_, index) => ({
      stream: this.manyStreams && index > 0 ? this.streams.next(caller) : one,
      order: this.order++,
    }));
  }
}

export async function assertStored(url: string, countSql: string, acknowledged: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ stored: string }>(countSql);
  await client.end();
  const stored = Number(rows[0]?.stored);
  if (!(stored >= acknowledged))
    throw new Error(`${String(acknowledged)} events were acknowledged, but ${String(stored)} are stored`);
}
