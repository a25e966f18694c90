import { Command } from '@nestjs/cqrs';
import { type DeclineReason, type OfferDeclinedView } from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type CommandFailure } from './failures.js';

/** `offer_not_found`: they are not asked about it, or not any more. */
export type OfferFailure = CommandFailure | { readonly code: 'offer_not_found' };

/** Whoever asks does not take what they are asked to take. */
export class DeclineOffer extends Command<Result<OfferDeclinedView, OfferFailure>> {
  constructor(
    readonly conversationId: string,
    readonly reason: DeclineReason,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
