import { Command, Query } from '@nestjs/cqrs';
import { type CannedReplyRefusal } from '#capabilities';
import {
  type CannedReplyCommandView,
  type CannedReplyListParameters,
  type CannedReplyPage,
  type CannedReplySettingsDto,
  type CannedReplyView,
  type RenderedReplyView,
} from '#contracts';
import { type Position, type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type CommandFailure, type QueryFailure } from './failures.js';

/** Why nothing became of a canned reply. */
export type CannedReplyFailure =
  | CommandFailure
  | { readonly code: 'canned_reply_not_found' }
  | { readonly code: 'conversation_not_found' }
  | { readonly code: 'canned_reply_refused'; readonly reason: CannedReplyRefusal };

/** Says all of a canned reply, or takes it away. `If-Match` is the version that it must be at. */
export class ChangeCannedReply extends Command<Result<CannedReplyCommandView, CannedReplyFailure>> {
  constructor(
    readonly id: string,
    readonly change: { readonly type: 'Save'; readonly reply: CannedReplySettingsDto } | { readonly type: 'Remove' },
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export class ListCannedReplies extends Query<Result<CannedReplyPage, QueryFailure>> {
  constructor(readonly parameters: CannedReplyListParameters) {
    super();
  }
}

export class GetCannedReply extends Query<Result<CannedReplyView, CannedReplyFailure>> {
  constructor(
    readonly id: string,
    /** Wait until everything up to it is shown. */
    readonly minPosition?: Position,
  ) {
    super();
  }
}

/** A canned reply as it would be said in a conversation. */
export class RenderCannedReply extends Query<Result<RenderedReplyView, CannedReplyFailure>> {
  constructor(
    readonly id: string,
    readonly conversationId: string,
    readonly minPosition?: Position,
  ) {
    super();
  }
}
