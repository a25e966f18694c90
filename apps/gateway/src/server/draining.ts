import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Server } from 'node:http';
import { type HttpConfig, type ReadinessCheck } from '#wiring';
import { HTTP_CONFIG } from './tokens.js';

/**
 * The end, in order: it says that it is leaving (`/readyz` answers 503) and works on, so that load balancers send nobody here any more;
 * then no new work (503), live streams end, what is under way may finish, and then whoever still talks is cut off. Nest closes the
 * server between the two hooks, which waits for open connections.
 */
@Injectable()
export class Draining implements BeforeApplicationShutdown, OnApplicationShutdown {
  #leaving = false;
  #begun = false;
  #deadline: NodeJS.Timeout | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(HTTP_CONFIG) private readonly config: HttpConfig,
  ) {}

  /** For another port than its own. */
  readonly check: ReadinessCheck = {
    name: 'not-stopping',
    check: () => (this.#leaving ? Promise.reject(new Error('the process was asked to stop')) : Promise.resolve()),
  };

  /** Not ready any more, whatever it still does. Connections end with their next answer. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /** There is no new work. */
  get begun(): boolean {
    return this.#begun;
  }

  onBegun(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** For whoever was asked to stop, before closing. Resolves when everybody who looks at `/readyz` has had the time to see it. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await sleep(this.config.shutdownDelayMs, undefined, { ref: false });
  }

  beforeApplicationShutdown(): void {
    this.#leaving = true;
    this.#begun = true;
    for (const listener of this.#listeners) listener();
    const server: unknown = this.host.httpAdapter.getHttpServer();
    this.#deadline = setTimeout(() => {
      if (server instanceof Server) server.closeAllConnections();
    }, this.config.shutdownTimeoutMs);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.#deadline);
  }
}
