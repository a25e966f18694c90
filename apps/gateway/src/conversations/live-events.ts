import { type ConversationMovedView, type PresenceView } from '#contracts';
import { type ServerSentEvent } from '../timeline/event-stream.js';

export async function* changed(followed: AsyncIterable<ConversationMovedView>): AsyncGenerator<ServerSentEvent> {
  for await (const data of followed) yield { id: data.position, event: 'changed', data };
}

/** Without an id: of no position, so that whoever comes back continues where they were, and is told anew who is there. */
export async function* presence(followed: AsyncIterable<PresenceView>): AsyncGenerator<ServerSentEvent> {
  for await (const data of followed) yield { event: 'presence', data };
}
