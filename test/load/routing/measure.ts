import { setTimeout as sleep } from 'node:timers/promises';
import { type EpochMs, type Position, type RecordedEvent } from '#kernel';
import { type Installation } from '#wiring';
import { type Handler } from '../harness/jobs.js';
import { quantile } from '../harness/statistics.js';
import { openBenchInstallation } from '../http/gateway.js';
import { answered, type Customer, opening, store } from './office.js';
import { caughtUp, newCustomers } from './prepare.js';

/** Answers a second, and as many who write: with what comes of them some 400 events a second. */
export const RATE = 60;
const STEP_MS = 1_000 / RATE;
/** Whoever has room and is given nothing for that long is not waited for. */
const LIMIT_MS = 20_000;

interface Held {
  readonly stream: string;
  readonly version: number;
  readonly customerId: string;
  readonly agent: string;
}

/**
 * Agents answer at their times, whether or not routing keeps up, and each that made room is given the next: how long that took is what the two
 * events say that were stored, of which the clock of the database is the only one.
 */
export const measureRouting: Handler<'routing'> = async ({ url, window }, ready) => {
  const { installation, close } = await openBenchInstallation(url);
  installation.startReactions();
  await caughtUp(installation);
  const office = new Office(installation, await newCustomers(installation, 100));
  await office.readAll();
  await ready();
  await office.work(window.warmUpMs);
  office.forgetTimes();
  const begun = performance.now();
  await office.work(window.measureMs);
  const seconds = (performance.now() - begun) / 1_000;
  await office.untilGiven();
  const { times } = office;
  await caughtUp(installation);
  await checkReplay(installation);
  await close();
  return {
    ...{ events: times.length, seconds, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) },
    ...{ p99Ms: quantile(times, 0.99), maxMs: quantile(times, 1) },
  };
};

class Office {
  times: number[] = [];
  #position: Position = 0n;
  /** What agents have, whoever has had it longest first. */
  readonly #held: Held[] = [];
  /** When they made room that they were given nothing for yet. */
  readonly #freed = new Map<string, EpochMs[]>();
  #number = 0;

  constructor(
    private readonly installation: Installation,
    private readonly customers: readonly Customer[],
  ) {}

  forgetTimes(): void {
    this.times = [];
  }

  /** What was stored since the last time; answers whether that was anything. */
  async readAll(): Promise<boolean> {
    let any = false;
    for (;;) {
      const page = await this.installation.store.readAll(this.#position, 1_000);
      page.events.forEach((event) => this.#saw(event));
      this.#position = page.events.at(-1)?.position ?? this.#position;
      any ||= page.events.length > 0;
      if (!page.full) return any;
    }
  }

  /** By a schedule: what comes late is done at once. */
  async work(durationMs: number): Promise<void> {
    const begin = performance.now();
    let last: Promise<unknown> = Promise.resolve();
    for (let step = 0; step * STEP_MS < durationMs; step += 1) {
      await sleep(Math.max(0, begin + step * STEP_MS - performance.now()));
      await this.readAll();
      const number = (this.#number += 1);
      const customer = this.customers[number % this.customers.length];
      // Nobody who has something: routing has not kept up, which the times will say.
      const next = this.#held.shift();
      const streams = [
        ...(customer ? [opening(number, customer)] : []),
        ...(next ? [answered(next.stream, next.version, next.customerId, next.agent)] : []),
      ];
      const before = last;
      last = Promise.all([before, store(this.installation, streams)]);
      last.catch(() => undefined);
      if (step % 50 === 49) await last;
    }
    await last;
  }

  /** @throws where somebody who has room is given nothing, though there are those who wait */
  async untilGiven(): Promise<void> {
    const end = performance.now() + LIMIT_MS;
    while ([...this.#freed.values()].some((all) => all.length > 0)) {
      if (performance.now() > end) throw new Error('somebody made room and was given nothing');
      if (!(await this.readAll())) await sleep(5);
    }
  }

  #saw({ type, stream, version, key, data, recordedAt }: RecordedEvent): void {
    if (type === 'conversation.assigned') {
      const agent = textOf(data, 'agent');
      this.#held.push({ stream, version, customerId: key, agent });
      const freedAt = this.#freed.get(agent)?.shift();
      if (freedAt !== undefined) this.times.push(recordedAt - freedAt);
    }
    if (type === 'conversation.status_changed') {
      const agent = textOf(data, 'by');
      this.#freed.set(agent, [...(this.#freed.get(agent) ?? []), recordedAt]);
    }
  }
}

function textOf(data: unknown, name: string): string {
  const value: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
  if (typeof value !== 'string') throw new Error(`an event has no ${name}`);
  return value;
}

/** @throws where the same log, replayed, gives other assignments than those that are in it */
async function checkReplay(installation: Installation): Promise<void> {
  const { signal } = new AbortController();
  const { real, other, decisions } = await installation.replayRouting({ policy: { teams: {}, agents: {} }, signal });
  if (decisions.recorded === 0 || decisions.reproduced !== decisions.recorded)
    throw new Error(`of ${String(decisions.recorded)} decisions, a replay reproduces ${String(decisions.reproduced)}`);
  if (real.assignmentsHash !== other.assignmentsHash) throw new Error('equal replays gave other assignments');
}
