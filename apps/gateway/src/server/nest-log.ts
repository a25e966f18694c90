import { type LoggerService } from '@nestjs/common';
import { type Logger } from 'pino';

/** Nest's own messages in our log; what it tells of every route and module is for debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.#write('debug', message);
  }

  warn(message: unknown): void {
    this.#write('warn', message);
  }

  error(message: unknown): void {
    this.#write('error', message);
  }

  fatal(message: unknown): void {
    this.#write('fatal', message);
  }

  #write(level: 'debug' | 'warn' | 'error' | 'fatal', message: unknown): void {
    if (typeof message === 'string') this.logger[level](message);
    else this.logger[level]({ err: message }, 'nest');
  }
}
