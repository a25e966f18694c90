import { type Principal } from './api-key-verifier.port.js';
import { type SenderTrace } from './record-touchpoints.command.js';

/** On whose behalf a command is done, and what its sender knows. */
export interface CommandRequest {
  readonly principal: Principal;
  /** 32 hexadecimal digits, a W3C trace id. */
  readonly correlationId: string;
  /** Where the sender is in a trace. */
  readonly trace?: SenderTrace;
  /** The sender's name for this command: sent again with it, the command is answered as before and not done again. */
  readonly idempotencyKey?: string;
  /** What the sender believes about the customer: the command is refused when it is not so. */
  readonly expectedVersions?: ExpectedVersions;
}

/** Versions of a customer as `CustomerView` has them, of which one must be the present one. */
export type ExpectedVersions = readonly string[] | 'any';
