import { Command } from '@nestjs/cqrs';
import { type PersonaErasedData } from '#contracts';
import { type EpochMs, type Position, type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type CommandFailure } from './failures.js';

export interface CustomerErased {
  readonly customerId: string;
  readonly erasedAt: EpochMs;
  /** Of the last event that tells of the erasure. */
  readonly position: Position;
}

/** Destroys the keys of a customer's personal data, then says so in the log. Cannot be undone. */
export class EraseCustomer extends Command<Result<CustomerErased, CommandFailure>> {
  constructor(
    /** A customer id or `kind:value`. */
    readonly reference: string,
    readonly reason: PersonaErasedData['reason'],
    readonly request: CommandRequest,
  ) {
    super();
  }
}
