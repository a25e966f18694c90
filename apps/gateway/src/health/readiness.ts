import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { READINESS_CHECKS, type ReadinessCheck } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';
import { Draining } from '../server/draining.js';
import { GATEWAY_LOGGER } from '../server/tokens.js';

/** Load balancers give up after a few seconds; a check that hangs is one that fails. */
const CHECK_TIMEOUT_MS = 2_000;
const RETRY_MS = 5_000;
/** Anybody may ask, as often as they like; the checks go to the database, and share its connections with callers. */
const SHARED_MS = 1_000;

interface CheckView {
  readonly name: string;
  readonly ok: boolean;
}

export interface ReadinessView {
  readonly status: 'ready';
  readonly checks: readonly CheckView[];
}

@Injectable()
export class Readiness {
  /** What the last checks found, or are about to find, for everybody who asks. */
  #found: Promise<readonly CheckView[]> | undefined;
  /** A check that was given up and goes on: it is not begun a second time beside itself. */
  readonly #running = new Map<ReadinessCheck, Promise<void>>();

  constructor(
    @Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[],
    @Inject(GATEWAY_LOGGER) private readonly logger: Logger,
    private readonly draining: Draining,
  ) {}

  /** @throws ProblemError when a check fails, with the names of all; why is in the log only */
  async view(): Promise<ReadinessView> {
    if (this.draining.begun) throw new ProblemError('shutting_down', { retryAfterMs: RETRY_MS });
    this.#found ??= this.#look();
    const checks = await this.#found;
    if (checks.every(({ ok }) => ok)) return { status: 'ready', checks };
    throw new ProblemError('unavailable', { retryAfterMs: RETRY_MS, extensions: { checks } });
  }

  async #look(): Promise<readonly CheckView[]> {
    const checks = await Promise.all(this.checks.map((check) => this.#run(check)));
    setTimeout(() => (this.#found = undefined), SHARED_MS).unref();
    return checks;
  }

  async #run(check: ReadinessCheck): Promise<CheckView> {
    try {
      await withTimeout(this.#once(check));
      return { name: check.name, ok: true };
    } catch (error) {
      this.logger.warn({ check: check.name, err: error }, 'not ready');
      return { name: check.name, ok: false };
    }
  }

  #once(check: ReadinessCheck): Promise<void> {
    const running = this.#running.get(check) ?? check.check().finally(() => this.#running.delete(check));
    this.#running.set(check, running);
    return running;
  }
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the check took too long'));
    }, CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
