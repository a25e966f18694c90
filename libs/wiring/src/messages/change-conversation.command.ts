import { Command } from '@nestjs/cqrs';
import {
  type ApplyMacroDto,
  type AssignDto,
  type ChangeStatusDto,
  type ConversationCommandView,
  type LinkDto,
  type MakePromiseDto,
  type MergeDto,
  type NoteDto,
  type PrioritiseDto,
  type ReplyDto,
  type ReschedulePromiseDto,
  type SnoozeDto,
  type SpamDto,
  type SplitDto,
  type TagDto,
  type TransferDto,
} from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type ConversationFailure } from './conversation-failures.js';

/** What is asked for. */
export type ConversationChange =
  | { readonly type: 'Reply'; readonly body: ReplyDto }
  | { readonly type: 'Note'; readonly body: NoteDto }
  | { readonly type: 'Take' }
  | { readonly type: 'SeeMention' }
  | { readonly type: 'Assign'; readonly body: AssignDto }
  | { readonly type: 'Transfer'; readonly body: TransferDto }
  | { readonly type: 'Prioritise'; readonly body: PrioritiseDto }
  | { readonly type: 'Tag'; readonly body: TagDto }
  | { readonly type: 'ChangeStatus'; readonly body: ChangeStatusDto }
  | { readonly type: 'Snooze'; readonly body: SnoozeDto }
  | { readonly type: 'Merge'; readonly body: MergeDto }
  | { readonly type: 'Unmerge' }
  | { readonly type: 'Split'; readonly body: SplitDto }
  | { readonly type: 'Spam'; readonly body: SpamDto }
  | { readonly type: 'Link'; readonly body: LinkDto }
  | { readonly type: 'MakePromise'; readonly body: MakePromiseDto }
  | { readonly type: 'KeepPromise'; readonly promiseId: string }
  | { readonly type: 'ReschedulePromise'; readonly promiseId: string; readonly body: ReschedulePromiseDto }
  | { readonly type: 'WaivePromise'; readonly promiseId: string }
  | { readonly type: 'ApplyMacro'; readonly body: ApplyMacroDto };

/**
 * Does something to a conversation. `If-Match` is the version that it must be at; of commands that meet each other one is done, and the
 * others are told who did what.
 */
export class ChangeConversation extends Command<Result<ConversationCommandView, ConversationFailure>> {
  constructor(
    readonly conversationId: string,
    readonly change: ConversationChange,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
