import { ConversationFeed, readableConversations } from '#capabilities';
import { createPresence, PRESENCE_MOVED, PresenceBoard } from '#platform/presence';
import { createAccounts } from '../agents/end-account.js';
import { createAttachmentDescriber } from '../attachments/describe-attachments.js';
import { createInTurn } from '../conversations/in-turn.js';
import { createOpener } from '../conversations/open-parts.js';
import { openPresence } from '../conversations/presence.js';
import { isAgentIn, isTeamIn } from '../conversations/agents.js';
import { type DirectoryPorts } from '../customer-directory.js';
import { type PresencePort } from '../messages/presence.port.js';
import { createRuleBooks } from '../rules/rule-books.js';
import { type DecodeEvents } from '../sealing.js';
import { type Parts } from './parts.js';

/** Who is where is hidden with the conversation: nobody is told of one that cannot be read. */
export function presenceOperations({ pool, hub, readModels }: Parts, closers: (() => Promise<void>)[]): PresencePort {
  const presence = createPresence({ pool, hub });
  const board = new PresenceBoard({
    presence,
    onMoved: (listener) => hub.onMoved(PRESENCE_MOVED, listener),
    readable: (ids) => readableConversations(readModels, ids),
  });
  closers.push(() => board.close());
  return openPresence({ presence, board, readModels });
}

export function conversationOperations(parts: Parts, directory: DirectoryPorts, decode: DecodeEvents) {
  const { store, vault, clock, readModels } = parts;
  return {
    conversationViews: {
      readModels,
      open: createOpener(decode),
      describeAttachments: createAttachmentDescriber(parts),
    },
    accounts: createAccounts(parts),
    conversationFeed: new ConversationFeed(readModels),
    conversations: {
      ...{ store, vault, clock, directory, decode, inTurn: createInTurn(), ruleBooks: createRuleBooks(store) },
      isAgent: isAgentIn(parts.access, clock),
      isTeam: isTeamIn(store),
      bindAttachments: parts.bindAttachments,
    },
  };
}
