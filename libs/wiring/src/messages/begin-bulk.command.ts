import { Command } from '@nestjs/cqrs';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type KeyFailure } from './failures.js';

/** Takes a caller's key for a list of commands as it is, before any of them is done: each has a key of its own, which says nothing of the list. */
export class BeginBulk extends Command<Result<BulkBegun, KeyFailure>> {
  constructor(
    /** As JSON. */
    readonly items: readonly unknown[],
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export interface BulkBegun {
  readonly items: number;
}
