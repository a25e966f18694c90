import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type Step } from '../plan/plan.js';
import { type AppProcess } from './app-process.js';
import { busiestProjector, holders, mostSharing, untilTakenOver } from './lanes.js';
import { type TestedInstallation } from './tested-installation.js';

/** Whoever is frozen, cut off or without a broker is killed as it is. */
const READY_WITHIN_MS = 10_000;

/** Does to an installation what a plan says, and mends it in the end. */
export class Inflictor {
  /** Ends of faults that are still to come. */
  readonly #pending = new Set<NodeJS.Timeout>();
  /** Those that are on their way. */
  readonly #ending = new Set<Promise<unknown>>();
  readonly #begunAt = Date.now();
  /** Of those who were asked to stop: who did not, or not well. */
  readonly badEnds: string[] = [];
  /** Rebalances by which a lane at least came to another process. */
  rebalanced = 0;
  /** Most processes that were seen to have lanes of one read model between them. */
  sharing = 0;

  /** @param say what happened, in words, with when it did */
  constructor(
    private readonly tested: TestedInstallation,
    private readonly say: (line: string) => void,
  ) {}

  async follow(plan: readonly Step[]): Promise<void> {
    for (const { afterMs, fault } of plan) {
      await sleep(afterMs);
      this.tell(JSON.stringify(fault));
      await this.#inflict(fault);
      // Of a database that is not there nobody knows.
      this.sharing = Math.max(this.sharing, await mostSharing(this.tested).catch(() => 0));
    }
  }

  /** Everything runs, and everybody reaches everybody. */
  async heal(): Promise<void> {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
    await Promise.all(this.#ending);
    const { cluster } = this.tested;
    for (const node of cluster?.nodes ?? []) {
      cluster?.thaw(node);
      await cluster?.start(node);
    }
    for (const proxy of this.tested.proxies.values()) await proxy.become('pass');
    for (const app of this.tested.apps.values()) {
      app.thaw();
      app.start();
    }
    this.tell('healed');
  }

  tell(what: string): void {
    this.say(`${((Date.now() - this.#begunAt) / 1_000).toFixed(1)} s: ${what}`);
  }

  async #inflict(fault: Fault): Promise<void> {
    const { tested } = this;
    switch (fault.kind) {
      case 'kill': {
        const app = tested.apps.get(fault.app);
        // On a slow machine programs that are killed as they start would never get to do anything.
        if (fault.whenReady) await app?.untilReady(READY_WITHIN_MS).catch(() => undefined);
        await app?.kill();
        this.#later(fault.forMs, () => app?.start());
        return;
      }
      case 'restart':
        await this.#restart(fault.app);
        return;
      case 'rebalance':
        await this.#rebalance(fault.how, fault.forMs);
        return;
      case 'freeze': {
        const app = tested.apps.get(fault.app);
        app?.freeze();
        this.#later(fault.forMs, () => app?.thaw());
        return;
      }
      case 'kill-postgres':
        tested.killPostgres();
        return;
      case 'kill-brokers': {
        const { cluster } = tested;
        await Promise.all(fault.nodes.map((node) => cluster?.kill(node)));
        this.#later(fault.forMs, () => Promise.all(fault.nodes.map((node) => cluster?.start(node))));
        return;
      }
      case 'freeze-broker':
        tested.cluster?.freeze(fault.node);
        this.#later(fault.forMs, () => tested.cluster?.thaw(fault.node));
        return;
      case 'weather': {
        const proxy = tested.proxies.get(fault.link);
        await proxy?.become(fault.weather);
        this.#later(fault.forMs, () => proxy?.become('pass'));
        return;
      }
      case 'reset':
        tested.proxies.get(fault.link)?.reset();
        return;
    }
  }

  async #restart(name: string): Promise<void> {
    const app = this.tested.apps.get(name);
    if (!app) throw new Error(`there is no ${name}`);
    await this.#ask(app);
    app.start();
    await app.untilReady();
  }

  async #ask(app: AppProcess): Promise<void> {
    const { how, tookMs } = await app.stop();
    this.tell(`${app.name} stopped in ${String(tookMs)} ms with ${how}`);
    if (how !== '0')
      this.badEnds.push(`${app.name} was asked to stop and ended with ${how} after ${String(tookMs)} ms`);
  }

  async #rebalance(how: 'asked' | 'killed' | 'frozen', forMs: number): Promise<void> {
    const app = await busiestProjector(this.tested);
    const before = await holders(this.tested);
    const { pid = 0 } = app;
    this.tell(`${app.name} goes`);
    if (how === 'frozen') app.freeze();
    else if (how === 'asked') await this.#ask(app);
    else await app.kill();
    this.#later(forMs, () => {
      if (how === 'frozen') app.thaw();
      else app.start();
    });
    const moved = await untilTakenOver(this.tested, pid, before);
    this.tell(`${String(moved)} lanes of ${app.name} are another process's`);
    this.rebalanced += 1;
  }

  #later(afterMs: number, end: () => unknown): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      const ending = Promise.resolve(end())
        .catch((error: unknown) => {
          this.tell(`could not be ended: ${String(error)}`);
        })
        .finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }, afterMs);
    this.#pending.add(timer);
  }
}
