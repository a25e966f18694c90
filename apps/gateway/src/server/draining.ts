import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Server } from 'node:http';
import { type HttpConfig } from '#wiring';
import { HTTP_CONFIG } from './tokens.js';

/**
 * The end, in order: no new work (503), live streams end, what is under way may finish, and then whoever still talks is cut off. Nest
 * closes the server between the two hooks, which waits for open connections.
 */
@Injectable()
export class Draining implements BeforeApplicationShutdown, OnApplicationShutdown {
  #begun = false;
  #deadline: NodeJS.Timeout | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(HTTP_CONFIG) private readonly config: HttpConfig,
  ) {}

  get begun(): boolean {
    return this.#begun;
  }

  onBegun(listener: () => void): void {
    this.#listeners.push(listener);
  }

  beforeApplicationShutdown(): void {
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
