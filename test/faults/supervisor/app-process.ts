import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment, root } from '../../flows/support/safar-process.js';

export type AppName = 'gateway' | 'relay' | 'projector' | 'reactor';

export interface AppSettings {
  /** Unique, for example `projector-1`. */
  readonly name: string;
  readonly app: AppName;
  readonly environment: Readonly<Record<string, string>>;
  readonly internalPort: number;
  /** Where its output is kept. */
  readonly folder: string;
  /** The build that it runs; ours unless a planted bug is in another. */
  readonly program?: string | undefined;
}

/** Eight programs and the brokers may start on two cores that others use. */
const READY_TIMEOUT_MS = 120_000;
/** As a supervisor of processes waits, so that one that cannot start does not take the machine. */
const RESTART_PAUSE_MS = 500;
/** As the compose file and the chart allow at least. */
const STOPPED_WITHIN_MS = 30_000;

/** How a process ended that was asked to. */
export interface Stopped {
  readonly how: string;
  readonly tookMs: number;
}

/** One of Safar's processes, as whoever runs it sees it: it can be killed, frozen, and it is started again when it ends. */
export class AppProcess {
  readonly name: string;
  readonly app: AppName;
  /** How often it ended by itself, and with what. */
  readonly ends: string[] = [];
  #child: ChildProcess | undefined;
  #wanted = false;

  constructor(private readonly settings: AppSettings) {
    this.name = settings.name;
    this.app = settings.app;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#wanted = true;
    if (this.#child) return;
    const { app, environment, internalPort, folder, program = root } = this.settings;
    const log = openSync(path.join(folder, `${this.name}.log`), 'a');
    const child = spawn(process.execPath, ['--trace-warnings', `dist/apps/${app}/src/main.js`], {
      cwd: program,
      env: cleanEnvironment({ ...environment, SAFAR_INTERNAL_PORT: String(internalPort) }),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      if (signal === 'SIGKILL' || !this.#wanted) return;
      this.ends.push(`${this.name} ended with ${String(code ?? signal)}`);
      setTimeout(() => {
        if (this.#wanted) this.start();
      }, RESTART_PAUSE_MS);
    });
  }

  /** At once, with nothing written; it stays down until it is started. */
  async kill(): Promise<void> {
    this.#wanted = false;
    await this.#end('SIGKILL');
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** As an operator stops it; a process that does not end is killed. */
  async stop(): Promise<Stopped> {
    const begunAt = Date.now();
    this.#wanted = false;
    this.thaw();
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), STOPPED_WITHIN_MS);
    const how = await this.#end('SIGTERM');
    clearTimeout(killer);
    return { how, tookMs: Date.now() - begunAt };
  }

  async untilReady(timeoutMs = READY_TIMEOUT_MS): Promise<void> {
    let answer = 'no answer';
    for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(100)) {
      const url = `http://127.0.0.1:${String(this.settings.internalPort)}/readyz`;
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
      if (response?.ok === true) return;
      answer = response ? await response.text() : 'no answer';
    }
    throw new Error(`${this.name} does not become ready: ${answer}\n${this.lastWords()}`);
  }

  /** What it holds of the machine; nothing of a process that is not there. */
  footprint(): { readonly handles: number; readonly residentMb: number } | undefined {
    if (this.pid === undefined) return undefined;
    const folder = `/proc/${String(this.pid)}`;
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
    return { handles: readdirSync(`${folder}/fd`).length, residentMb: Math.round(Number(resident) / 1_024) };
  }

  lastWords(): string {
    return this.#log().slice(-2_000);
  }

  /** What Node warned of, each with where it comes from. */
  warnings(): readonly string[] {
    const found = this.#log().match(/\(node:\d+\) \w*Warning: .*(?:\n {4}at .*)*/g) ?? [];
    return [...new Set(found.map((text) => `${this.name}: ${text.replace(/^\(node:\d+\) /, '')}`))];
  }

  #log(): string {
    return readFileSync(path.join(this.settings.folder, `${this.name}.log`), 'utf8');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<string> {
    const child = this.#child;
    if (!child) return 'was not there';
    const ended = new Promise<string>((resolve) =>
      child.once('exit', (code, by) => {
        resolve(String(code ?? by));
      }),
    );
    child.kill(signal);
    return ended;
  }
}
