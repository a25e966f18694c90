import { setTimeout as sleep } from 'node:timers/promises';
import { type Handler } from '../harness/jobs.js';
import { quantile } from '../harness/statistics.js';
import { type Address } from '../http/requests.js';

const CUSTOMERS = 3_200;
/** Of so many touchpoints one is looked for. */
const LOOKED_FOR_EACH = 10;
/** A timeline that is not there yet is asked for again; each time the gateway itself waits for some seconds. */
const MOST_TRIES = 20;
/** Its cost goes on falling for seconds. */
const WARM_UP_WINDOWS = 5;

/** Touchpoints at their times, whether or not the answers before have come; some are looked for as soon as they are acknowledged. */
export const driveKafka: Handler<'kafka-drive'> = async ({ address, perSecond, window }, ready) => {
  const driver = new Driver(address);
  await driver.run(perSecond, WARM_UP_WINDOWS * window.warmUpMs);
  await ready();
  const begun = performance.now();
  driver.turnedAway = 0;
  const times = await driver.run(perSecond, window.measureMs);
  // The way is timed from the acknowledgement: of those that were turned away it would not tell the whole.
  if (driver.turnedAway > 0) throw new Error(`${String(driver.turnedAway)} touchpoints were turned away at first`);
  return {
    ...{ events: times.length, seconds: (performance.now() - begun) / 1_000 },
    ...{ p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), p99Ms: quantile(times, 0.99) },
  };
};

class Driver {
  /** Touchpoints that had to come again. */
  turnedAway = 0;
  #sent = 0;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ port, key }: Address) {
    this.#url = `http://127.0.0.1:${String(port)}`;
    this.#headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  }

  /** Times from an acknowledgement until the timeline shows what it was for. */
  async run(perSecond: number, durationMs: number): Promise<readonly number[]> {
    const times: number[] = [];
    const running: Promise<void>[] = [];
    const begun = performance.now();
    const count = Math.round((durationMs * perSecond) / 1_000);
    for (let n = 0; n < count; n++) {
      const due = begun + (n * 1_000) / perSecond;
      if (due > performance.now()) await sleep(due - performance.now());
      const isLookedFor = n % LOOKED_FOR_EACH === 0;
      running.push(this.#send(isLookedFor ? times : undefined));
    }
    await Promise.all(running);
    return times;
  }

  async #send(times: number[] | undefined): Promise<void> {
    const order = this.#sent++;
    const email = `c-${String(order % CUSTOMERS)}@customers.example`;
    const position = await this.#record(
      JSON.stringify({
        ...{ id: `order-${String(order)}`, source: 'web-shop', kind: 'purchase', channel: 'web' },
        ...{ occurredAt: '2026-03-20T10:00:00Z', identifiers: [{ kind: 'email', value: email }] },
        data: { orderId: String(order), amount: { amount: '15.30', currency: 'GBP' }, paymentMethod: 'card' },
      }),
    );
    if (!times) return;
    const acknowledged = performance.now();
    await this.#see(email, position);
    times.push(performance.now() - acknowledged);
  }

  /** Comes back when it is told to: programs that have just started are slow, and turn some away. Returns the position. */
  async #record(body: string): Promise<string> {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(`${this.#url}/v1/touchpoints`, { method: 'POST', headers: this.#headers, body });
      const { position = '' } = (await answer.json()) as { readonly position?: string };
      if (answer.status === 201) return position;
      if (answer.status !== 503 || tries === MOST_TRIES)
        throw new Error(`a touchpoint was answered with ${String(answer.status)}`);
      this.turnedAway += 1;
      await sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1));
    }
  }

  async #see(email: string, position: string): Promise<void> {
    const route = `/v1/customers/${encodeURIComponent(`email:${email}`)}/timeline?limit=1&minPosition=${position}`;
    for (let tries = 1; ; tries++) {
      const answer = await fetch(`${this.#url}${route}`, { headers: this.#headers });
      await answer.arrayBuffer();
      if (answer.status === 200) return;
      if (answer.status !== 503 || tries === MOST_TRIES)
        throw new Error(`a timeline was answered with ${String(answer.status)}`);
    }
  }
}
