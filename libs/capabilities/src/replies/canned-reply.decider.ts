import { type CannedReplyEvent, type CannedReplySettingsDto } from '#contracts';
import { accept, canonicalJson, type Decider, type EpochMs, refuse } from '#kernel';
import { checkTemplate, type TemplateRefusal } from './reply-template.js';

/** Nothing: it was never saved, or was removed. */
export type CannedReply = { readonly reply: CannedReplySettingsDto | null };

type Asked = { readonly at: EpochMs; readonly by: string };
export type CannedReplyCommand = Asked &
  (
    | {
        readonly type: 'SaveCannedReply';
        readonly reply: CannedReplySettingsDto;
        /** How many there are, itself among them. */
        readonly present: number;
      }
    | { readonly type: 'RemoveCannedReply' }
  );

type FactOf<Event> = Event extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly at: EpochMs; readonly data: Data }
  : never;

export type CannedReplyFact = FactOf<CannedReplyEvent>;
export type CannedReplyRefusal = TemplateRefusal | 'too-many';

/** A search reads all of them. Those that are saved at the same moment may go beyond it by as many as they are. */
export const MAX_CANNED_REPLIES = 2_000;

/** A reply that is written once and said often. */
export const cannedReply: Decider<CannedReply, CannedReplyCommand, CannedReplyFact, CannedReplyRefusal> = {
  initial: { reply: null },
  decide({ reply: before }, command) {
    const { at, by } = command;
    switch (command.type) {
      case 'SaveCannedReply': {
        const { reply, present } = command;
        const refusal = checkTemplate(reply.text);
        if (refusal) return refuse(refusal);
        if (before === null && present >= MAX_CANNED_REPLIES) return refuse('too-many');
        if (before !== null && canonicalJson(before) === canonicalJson(reply)) return accept();
        return accept({ type: 'canned_reply.saved', at, data: { by, reply } });
      }
      case 'RemoveCannedReply':
        return before === null ? accept() : accept({ type: 'canned_reply.removed', at, data: { by } });
    }
  },
  evolve: (_state, fact) => ({ reply: fact.type === 'canned_reply.saved' ? fact.data.reply : null }),
};
