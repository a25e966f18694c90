import { type ConversationCommand } from '#capabilities';
import { directionOf } from '#contracts';
import { type EpochMs } from '#kernel';
import { type ConversationChange } from '../messages/change-conversation.command.js';

export interface Asking {
  readonly at: EpochMs;
  readonly by: string;
  /** Of what is said, if something is. */
  readonly messageId: string;
  /** Of what is promised, if something is. */
  readonly promiseId: string;
}

type OneSided = Exclude<ConversationChange, { readonly type: 'Merge' | 'Unmerge' | 'Split' | 'Link' | 'ApplyMacro' }>;

/** What is asked for, as the decider takes it; what concerns two conversations is planned elsewhere. */
export function commandOf(change: OneSided, { at, by, messageId, promiseId }: Asking): ConversationCommand {
  const asked = { at, by };
  switch (change.type) {
    case 'Reply': {
      const { text, sinceVersion, channel, attachments, then } = change.body;
      return {
        ...{ type: 'Reply', ...asked, messageId, text, direction: directionOf(text), since: Number(sinceVersion) },
        ...(channel && { channel }),
        ...(attachments && { attachments }),
        ...(then && { then }),
      };
    }
    case 'Note': {
      const { text, mentions, attachments } = change.body;
      const said = { messageId, text, direction: directionOf(text), ...(attachments && { attachments }) };
      return { type: 'AddNote', ...asked, ...said, ...(mentions && { mentions }) };
    }
    case 'Take':
    case 'SeeMention':
      return { type: change.type, ...asked };
    case 'Assign':
      return { type: 'Assign', ...asked, ...(change.body.agent && { agent: change.body.agent }) };
    case 'Transfer':
      return { type: 'Transfer', ...asked, ...change.body };
    case 'Prioritise':
      return { type: 'Prioritise', ...asked, priority: change.body.priority };
    case 'Tag': {
      const { add, remove } = change.body;
      return { type: 'Tag', ...asked, ...(add && { add }), ...(remove && { remove }) };
    }
    case 'ChangeStatus': {
      const { category, status } = change.body;
      return { type: 'ChangeStatus', ...asked, category, ...(status && { status }) };
    }
    case 'Snooze':
      return {
        ...{ type: 'Snooze', ...asked, until: Date.parse(change.body.until) },
        wake: change.body.wake ?? 'on_reply',
      };
    case 'Spam':
      return { type: 'MarkSpam', ...asked, spam: change.body.spam };
    case 'MakePromise': {
      const { what, dueAt, owner = by, condition } = change.body;
      const promised = { promiseId, what, owner, dueAt: Date.parse(dueAt) };
      return { type: 'MakePromise', ...asked, ...promised, ...(condition !== undefined && { condition }) };
    }
    case 'KeepPromise':
    case 'WaivePromise':
      return { ...asked, type: change.type, promiseId: change.promiseId };
    case 'ReschedulePromise': {
      const { promiseId: moved, body } = change;
      return { type: 'ReschedulePromise', ...asked, promiseId: moved, dueAt: Date.parse(body.dueAt) };
    }
  }
}
