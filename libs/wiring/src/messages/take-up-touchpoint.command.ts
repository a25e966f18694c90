import { Command } from '@nestjs/cqrs';
import { type ConversationCommandView } from '#contracts';
import { type Position, type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type ConversationFailure } from './conversation-failures.js';

/** Puts a touchpoint into the conversation that it belongs to, or opens one. Repeating it changes nothing. */
export class TakeUpTouchpoint extends Command<Result<ConversationCommandView, ConversationFailure>> {
  constructor(
    /** Of the touchpoint's event. */
    readonly position: Position,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
