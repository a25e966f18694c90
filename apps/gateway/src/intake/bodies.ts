import { type IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type HttpConfig } from '#wiring';
import { HTTP_CONFIG } from '../server/tokens.js';
import { BodyBudget, FLOOR_GRACE_MS } from './body-budget.js';
import { FILE_TIMEOUT_MS } from './limits.js';
import { withBody, withBytes } from './read-body.js';

/** The bodies that are in memory, all together within one budget. */
@Injectable()
export class Bodies {
  readonly budget: BodyBudget;
  /** Of one body. */
  readonly limitBytes: number;
  /** Files are large and may come slowly: half of the room is for others. */
  readonly #files: BodyBudget;
  readonly #fileLimitBytes: number;

  constructor(@Inject(HTTP_CONFIG) config: HttpConfig) {
    const floor = { bytesPerSecond: config.bodyFloorBytesPerSecond, graceMs: FLOOR_GRACE_MS };
    this.budget = new BodyBudget(config.bodyBudgetBytes, floor);
    this.limitBytes = config.bodyLimitBytes;
    this.#files = new BodyBudget(Math.floor(config.bodyBudgetBytes / 2), floor, this.budget);
    this.#fileLimitBytes = Math.min(config.attachmentLimitBytes, this.#files.bytes);
  }

  /**
   * Reads a whole body and lends its bytes to `use`.
   * @throws ProblemError `body_too_large`, `overloaded`, `request_timeout` or `empty_body`
   */
  read<T>(message: IncomingMessage, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    return withBody(message, { limitBytes: this.limitBytes, budget: this.budget }, use);
  }

  /** The same of a file, byte for byte. */
  readFile<T>(message: IncomingMessage, use: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    return withBytes(
      message,
      { limitBytes: this.#fileLimitBytes, budget: this.#files, timeoutMs: FILE_TIMEOUT_MS },
      use,
    );
  }
}
