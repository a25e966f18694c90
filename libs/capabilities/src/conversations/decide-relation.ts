import { type ConversationFact } from '#contracts';
import { accept, type Decision, refuse } from '#kernel';
import { type KnownConversation, MAX_ABSORBED, MAX_LINKS } from './conversation.js';
import { type ConversationRefusal, type RelationCommand } from './conversation-commands.js';

type Decided = Decision<ConversationFact, ConversationRefusal>;
type Of<Type extends RelationCommand['type']> = Extract<RelationCommand, { readonly type: Type }>;

/** What conversations are to one another. Both sides of a merge are decided here, each on its own. */
export function decideRelation(state: KnownConversation, command: RelationCommand): Decided {
  const { at, by } = command;
  switch (command.type) {
    case 'Merge':
      return merge(state, command);
    case 'Absorb':
      if (state.stage !== 'active') return refuse(state.stage);
      if (state.absorbed.includes(command.from)) return accept();
      if (state.absorbed.length >= MAX_ABSORBED) return refuse('too-many-links');
      return accept({ type: 'conversation.absorbed', at, data: { by, from: command.from } });
    case 'Unmerge':
      if (state.mergedInto === null) return refuse('not-merged');
      return accept({ type: 'conversation.unmerged', at, data: { by, into: state.mergedInto } });
    case 'Release':
      if (!state.absorbed.includes(command.from)) return accept();
      return accept({ type: 'conversation.released', at, data: { by, from: command.from } });
    case 'SplitOff':
      return splitOff(state, command);
    case 'MarkSpam':
      if (state.stage === 'merged') return refuse('merged');
      if (command.spam === (state.stage === 'spam')) return accept();
      return accept({
        type: command.spam ? 'conversation.spam_marked' : 'conversation.spam_cleared',
        at,
        data: { by },
      });
    case 'Link':
      return link(state, command);
  }
}

function merge(state: KnownConversation, { at, by, into, self, customerId, incarnation }: Of<'Merge'>): Decided {
  if (into === self) return refuse('itself');
  if (state.stage === 'merged') return state.mergedInto === into ? accept() : refuse('merged');
  if (state.stage === 'spam') return refuse('spam');
  // Texts are sealed under the customer's key, and an erasure takes all of them: they never mix with another's.
  // Of a customer who came back after theirs, the older conversations are another's too.
  if (customerId !== state.customerId || incarnation !== state.incarnation) return refuse('other-customer');
  // A chain of merges would be followed at every look at it.
  if (state.absorbed.length > 0) return refuse('has-absorbed');
  return accept({ type: 'conversation.merged', at, data: { by, into } });
}

function splitOff(state: KnownConversation, { at, by, into, messages }: Of<'SplitOff'>): Decided {
  if (state.stage !== 'active') return refuse(state.stage);
  const chosen = [...new Set(messages)];
  if (!chosen.every((each) => state.messages.includes(each))) return refuse('unknown-message');
  if (chosen.length === state.messages.length) return refuse('nothing-left');
  return accept({ type: 'conversation.split_off', at, data: { by, into, messages: chosen } });
}

function link(state: KnownConversation, { at, by, to, self, linked }: Of<'Link'>): Decided {
  if (to === self) return refuse('itself');
  if (linked === state.links.includes(to)) return accept();
  if (linked && state.links.length >= MAX_LINKS) return refuse('too-many-links');
  return accept({ type: linked ? 'conversation.linked' : 'conversation.unlinked', at, data: { by, to } });
}
