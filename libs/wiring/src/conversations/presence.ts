import { readableConversations } from '#capabilities';
import { fail, type ReadModels, succeed } from '#kernel';
import { type Presence, type PresenceBoard, presentAgents } from '#platform/presence';
import { type PresenceFailure, type PresencePort } from '../messages/presence.port.js';

export interface PresenceParts {
  readonly presence: Presence;
  readonly board: PresenceBoard;
  readonly readModels: ReadModels;
}

const RENEW_WITHIN_SECONDS = 10;
/** By then, whoever only looked in has gone. */
const FULL_RETRY_MS = 10_000;

const notFound: PresenceFailure = { code: 'conversation_not_found' };

/** Who has a conversation open that can be read. */
export function openPresence({ presence, board, readModels }: PresenceParts): PresencePort {
  const isReadable = async (id: string): Promise<boolean> => (await readableConversations(readModels, [id])).has(id);
  return {
    enter: async (conversationId, principal, state) => {
      if (!(await isReadable(conversationId))) return fail(notFound);
      if (!(await presence.enter(conversationId, principal, state)))
        return fail({ code: 'overloaded', retryAfterMs: FULL_RETRY_MS });
      const view = presentAgents(conversationId, await presence.marksIn(conversationId));
      return succeed({ ...view, renewWithinSeconds: RENEW_WITHIN_SECONDS });
    },
    leave: (conversationId, principal) => presence.leave(conversationId, principal),
    inConversation: async (conversationId) => {
      if (!(await isReadable(conversationId))) return fail(notFound);
      return succeed(presentAgents(conversationId, await presence.marksIn(conversationId)));
    },
    follow: (signal, conversationId) => board.follow(signal, conversationId),
  };
}
