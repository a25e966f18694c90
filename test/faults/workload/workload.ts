import { setTimeout as sleep } from 'node:timers/promises';
import { Chance } from '../../../apps/cli/src/simulator/chance.js';
import { type Ledger, type ToldResult } from '../ledger/ledger.js';
import { type Answer, type Failure, type Gateways } from './gateways.js';
import { type Prepared, prepare } from './touchpoints.js';

export interface WorkloadSettings {
  readonly seed: number;
  readonly ledger: Ledger;
  readonly gateways: Gateways;
  readonly callers: number;
}

const MOST_SETTLING_TRIES = 60;
const PAGE = 200;
/** Of one timeline: 10,000 touchpoints of a customer are more than a run has. */
const MOST_PAGES = 50;

/** Callers at the front door, who note what they ask and what they are told. */
export class Workload {
  readonly #settings: WorkloadSettings;
  #stopped = false;
  #running: Promise<unknown> | undefined;
  #requests = 0;
  #asked = 0;
  #strict = false;
  #turnedAway = 0;
  #lookedUp = 0;
  #ids = 0;
  /** By id: of which nobody has been told yet what became of it. */
  readonly #unknown = new Map<string, Prepared>();
  readonly #acknowledged: { readonly prepared: Prepared; readonly result: ToldResult }[] = [];

  constructor(settings: WorkloadSettings) {
    this.#settings = settings;
  }

  get acknowledged(): number {
    return this.#acknowledged.length;
  }

  /** Requests so far, look-ups among them. */
  get asked(): number {
    return this.#asked;
  }

  /** Timelines that were asked for what had been acknowledged, and answered. */
  get lookedUp(): number {
    return this.#lookedUp;
  }

  /** Answers that said that somebody is to come back later. */
  get turnedAway(): number {
    return this.#turnedAway;
  }

  /** From now on nobody may be left without an answer; or, again, somebody may. */
  expectAnswers(strict: boolean): void {
    this.#strict = strict;
  }

  start(): void {
    const { callers, seed } = this.#settings;
    this.#running = Promise.all(
      Array.from({ length: callers }, (_, caller) => this.#call(new Chance(seed, 1_000 + caller))),
    );
  }

  /** Lets every caller hear its answer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Asks again for everything of which it is not known whether it was done: now there has to be an answer, or the ledger shows that there is none. */
  async settle(): Promise<void> {
    for (let tries = 0; this.#unknown.size > 0 && tries < MOST_SETTLING_TRIES; tries++) {
      const left = [...this.#unknown.values()];
      // By all callers: after a long run there are thousands.
      const each = async (): Promise<void> => {
        for (let prepared = left.pop(); prepared; prepared = left.pop()) await this.#send([prepared]);
      };
      await Promise.all(Array.from({ length: this.#settings.callers }, each));
      if (this.#unknown.size > 0) await sleep(500);
    }
  }

  async #call(chance: Chance): Promise<void> {
    while (!this.#stopped) {
      const answered = await this.#step(chance);
      // A door that does not open is not knocked at without a pause.
      await sleep(answered ? chance.exponential(25) : 150);
    }
  }

  #step(chance: Chance): Promise<boolean> {
    const kind = chance.weighted([
      ['one', 60],
      ['several', 12],
      ['again', 12],
      ['invalid', 4],
      ['reused-id', 4],
      ['look-up', 8],
    ] as const);
    switch (kind) {
      case 'one':
        return this.#send([this.#fresh(chance)]);
      case 'several':
        return this.#send(Array.from({ length: chance.between(2, 5) }, () => this.#fresh(chance)));
      case 'again':
        return this.#sendAgain(chance);
      case 'invalid':
        return this.#send([prepare(chance, this.#nextId(), 'invalid')]);
      case 'reused-id':
        return this.#reuse(chance);
      case 'look-up':
        return this.#lookUp(chance);
    }
  }

  #nextId(): string {
    this.#ids += 1;
    return `t-${String(this.#ids)}`;
  }

  #fresh(chance: Chance): Prepared {
    return prepare(chance, this.#nextId(), 'valid');
  }

  #sendAgain(chance: Chance): Promise<boolean> {
    const unknown = [...this.#unknown.values()];
    const again = unknown[chance.between(0, unknown.length)] ?? this.#someAcknowledged(chance)?.prepared;
    return this.#send([again ?? this.#fresh(chance)]);
  }

  #reuse(chance: Chance): Promise<boolean> {
    const before = this.#someAcknowledged(chance);
    if (!before) return this.#send([this.#fresh(chance)]);
    return this.#send([prepare(chance, before.prepared.sent.id, 'reused-id')]);
  }

  #someAcknowledged(chance: Chance) {
    return this.#acknowledged[chance.between(0, Math.max(this.#acknowledged.length - 1, 0))];
  }

  async #send(prepared: readonly Prepared[]): Promise<boolean> {
    const { ledger } = this.#settings;
    const request = (this.#requests += 1);
    ledger.write({ kind: 'sent', request, touchpoints: prepared.map(({ sent }) => sent) });
    const valid = prepared.filter(({ sent }) => sent.intent === 'valid');
    for (const one of valid) this.#unknown.set(one.sent.id, one);
    const body = prepared.length === 1 ? prepared[0]?.body : prepared.map((one) => one.body);
    const answer = await this.#ask('POST', '/v1/touchpoints', body);
    // Of several, some may be stored although the store was too busy for the others.
    if (answer.status === undefined || answer.status >= 500) {
      ledger.write({ kind: 'unknown', request, why: answer.status === undefined ? 'no answer' : codeOf(answer) });
      return false;
    }
    const results = resultsOf(answer, prepared);
    ledger.write({ kind: 'answered', request, status: answer.status, results });
    for (const [index, result] of results.entries()) {
      if (result.status === 'refused') continue;
      const acknowledged = prepared[index];
      if (acknowledged && this.#unknown.delete(result.id)) this.#acknowledged.push({ prepared: acknowledged, result });
    }
    return true;
  }

  async #lookUp(chance: Chance): Promise<boolean> {
    const some = this.#someAcknowledged(chance);
    if (!some) return true;
    const { position = '', eventId = '' } = some.result;
    const timeline = `/v1/customers/customer_number:${some.prepared.customer}/timeline?limit=${String(PAGE)}`;
    let route = `${timeline}&minPosition=${position}`;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const answer = await this.#ask('GET', route);
      if (answer.status === undefined || answer.status >= 500) return false;
      // Of somebody from whom something was acknowledged there is a timeline.
      if (answer.status === 404) return this.#found(eventId, false);
      if (answer.status !== 200) return true;
      const { data, page } = answer.body as TimelinePage;
      if (data.some(({ id }) => id === eventId)) return this.#found(eventId, true);
      if (page.next === null) return this.#found(eventId, false);
      route = `${timeline}&cursor=${page.next}`;
    }
    return true;
  }

  #found(eventId: string, found: boolean): true {
    this.#lookedUp += 1;
    this.#settings.ledger.write({ kind: 'looked-up', eventId, found });
    return true;
  }

  async #ask(method: 'GET' | 'POST', route: string, body?: unknown): Promise<Answer | Failure> {
    const { gateways, ledger } = this.#settings;
    const strict = this.#strict;
    this.#asked += 1;
    const answer = await gateways.ask(method, route, body);
    if (answer.status === 503) this.#turnedAway += 1;
    if (answer.status === undefined) {
      if (strict && this.#strict)
        ledger.write({ kind: 'improper', what: `no answer to ${method} ${route}: ${answer.why}` });
    } else if (answer.status >= 500 && !(answer.status === 503 && answer.retryAfter))
      ledger.write({ kind: 'improper', what: `${String(answer.status)} ${JSON.stringify(answer.body)}` });
    return answer;
  }
}

interface TimelinePage {
  readonly data: readonly { readonly id: string }[];
  readonly page: { readonly next: string | null };
}

const codeOf = ({ body }: Answer): string => {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  return typeof code === 'string' ? code : 'no code';
};

/** Of a request with one, the answer is its result or a problem; of one with several, each has its own. */
function resultsOf({ status, body }: Answer, prepared: readonly Prepared[]): readonly ToldResult[] {
  if (status >= 400) return prepared.map(({ sent }) => ({ id: sent.id, status: 'refused' }));
  if (prepared.length === 1) return [body as ToldResult];
  return (body as { readonly results: readonly ToldResult[] }).results;
}
