import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { checked, type CheckView, type Look, READINESS_CHECKS, type ReadinessCheck } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';
import { Draining } from '../server/draining.js';
import { GATEWAY_LOGGER } from '../server/tokens.js';

const RETRY_MS = 5_000;

export interface ReadinessView {
  readonly status: 'ready';
  readonly checks: readonly CheckView[];
}

@Injectable()
export class Readiness {
  readonly #look: Look;

  constructor(
    @Inject(READINESS_CHECKS) checks: readonly ReadinessCheck[],
    @Inject(GATEWAY_LOGGER) logger: Logger,
    private readonly draining: Draining,
  ) {
    this.#look = checked(checks, (check, error) => {
      logger.warn({ check, err: error }, 'not ready');
    });
  }

  /** @throws ProblemError when a check fails, with the names of all; why is in the log only */
  async view(): Promise<ReadinessView> {
    if (this.draining.leaving) throw new ProblemError('shutting_down', { retryAfterMs: RETRY_MS });
    const checks = await this.#look();
    if (checks.every(({ ok }) => ok)) return { status: 'ready', checks };
    throw new ProblemError('unavailable', { retryAfterMs: RETRY_MS, extensions: { checks } });
  }
}
