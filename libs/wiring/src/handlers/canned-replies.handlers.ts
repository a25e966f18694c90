import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { cannedReplyView, findCannedReply, listCannedReplies } from '#capabilities';
import {
  type CannedReplyCommandView,
  type CannedReplyPage,
  type CannedReplyView,
  type RenderedReplyView,
} from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { audited, type Told } from '../audited.js';
import { isErased, loadConversation } from '../conversations/conversation-log.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import {
  type CannedReplyFailure,
  ChangeCannedReply,
  GetCannedReply,
  ListCannedReplies,
  RenderCannedReply,
} from '../messages/canned-reply.messages.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';
import { type CannedReplyChanged, changeCannedReply } from '../replies/change-canned-reply.js';
import { renderFor } from '../replies/render-for.js';

const models: readonly string[] = ['canned-replies'];

const told = (changed: CannedReplyChanged): Told =>
  changed.ok
    ? { details: { version: Number(changed.value.version) } }
    : { outcome: 'refused', details: { reason: changed.reason.code } };

@CommandHandler(ChangeCannedReply)
export class ChangeCannedReplyHandler implements ICommandHandler<ChangeCannedReply> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: ChangeCannedReply): Promise<CannedReplyChanged> {
    const { id, change, request } = asked;
    const { once, audit, conversations } = this.installation;
    const { expectedVersions = 'any', principal, correlationId } = request;
    const command = { name: 'change-canned-reply', id, change, expectedVersions };
    const action = change.type === 'Save' ? 'canned_reply.saved' : 'canned_reply.removed';
    return audited(
      audit,
      { action, subject: `canned_reply:${id}`, actor: actorOf(principal), requestId: correlationId },
      () =>
        once<CannedReplyCommandView, CannedReplyFailure>(request, command, (attempt) =>
          changeCannedReply(conversations, asked, attempt),
        ),
      told,
    );
  }
}

@QueryHandler(ListCannedReplies)
export class ListCannedRepliesHandler implements IQueryHandler<ListCannedReplies> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    parameters: { minPosition, ...asked },
  }: ListCannedReplies): Promise<Result<CannedReplyPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, models);
    if (late) return fail(late);
    const page = await listCannedReplies(this.installation.readModels, asked);
    return page.ok ? page : fail(invalidCursor);
  }
}

@QueryHandler(GetCannedReply)
export class GetCannedReplyHandler implements IQueryHandler<GetCannedReply> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ id, minPosition }: GetCannedReply): Promise<Result<CannedReplyView, CannedReplyFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, models);
    if (late) return fail(late);
    const found = await findCannedReply(this.installation.readModels, id);
    return found && !found.removed ? succeed(cannedReplyView(found)) : fail({ code: 'canned_reply_not_found' });
  }
}

@QueryHandler(RenderCannedReply)
export class RenderCannedReplyHandler implements IQueryHandler<RenderCannedReply> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute(asked: RenderCannedReply): Promise<Result<RenderedReplyView, CannedReplyFailure>> {
    const { id, conversationId, minPosition } = asked;
    const { conversations, directory, readModels } = this.installation;
    const late = await caughtUp(directory, minPosition, [...models, 'customers']);
    if (late) return fail(late);
    const found = await findCannedReply(readModels, id);
    if (!found || found.removed) return fail({ code: 'canned_reply_not_found' });
    const loaded = await loadConversation(conversations, conversationId);
    if (loaded.state.stage === 'unknown' || (await isErased(conversations, loaded)))
      return fail({ code: 'conversation_not_found' });
    return succeed({ id, conversationId, ...(await renderFor(conversations, loaded, found.reply.text)) });
  }
}

export const cannedReplyHandlers = [
  ChangeCannedReplyHandler,
  ListCannedRepliesHandler,
  GetCannedReplyHandler,
  RenderCannedReplyHandler,
];
