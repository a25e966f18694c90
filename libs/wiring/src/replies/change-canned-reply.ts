import { cannedReply, type CannedReplyCommand, countCannedReplies, findCannedReply } from '#capabilities';
import { type CannedReplyCommandView, cannedReplyStream } from '#contracts';
import { fail, type ReadModels, type Result, succeed } from '#kernel';
import { decideOnRow, type RowAsked, type RowPorts } from '../decide-on-row.js';
import { type CannedReplyFailure, type ChangeCannedReply } from '../messages/canned-reply.messages.js';
import { type CommandAttempt } from '../once.js';

export type CannedReplyChanged = Result<CannedReplyCommandView, CannedReplyFailure>;

/** Saves a canned reply, or removes it. */
export function changeCannedReply(
  ports: RowPorts,
  { id, change, request }: Pick<ChangeCannedReply, 'id' | 'change' | 'request'>,
  attempt: CommandAttempt,
): Promise<CannedReplyChanged> {
  const { readModels } = ports.directory;
  const asking = { request, attempt, change: { id, change }, model: 'canned-replies', about: 'canned-reply' };
  return decideOnRow<CannedReplyFailure>(ports, asking, async (asked) => {
    const row = await findCannedReply(readModels, id);
    if (row === undefined && change.type === 'Remove') return fail({ code: 'canned_reply_not_found' });
    const state = row === undefined || row.removed ? cannedReply.initial : { reply: row.reply };
    const decision = cannedReply.decide(state, await commandOf(readModels, change, asked));
    if (!decision.accepted) return fail({ code: 'canned_reply_refused', reason: decision.reason });
    return succeed({ id, stream: cannedReplyStream(id), row, decision });
  });
}

const commandOf = async (
  readModels: ReadModels,
  change: ChangeCannedReply['change'],
  asked: RowAsked,
): Promise<CannedReplyCommand> =>
  change.type === 'Remove'
    ? { type: 'RemoveCannedReply', ...asked }
    : { type: 'SaveCannedReply', ...asked, reply: change.reply, present: await countCannedReplies(readModels) };
