import { renderReply, type RenderedReply, type ReplyValues, type ReplyVariable, variablesIn } from '#capabilities';
import { type ReadModels } from '#kernel';
import { type LoadedConversation } from '../conversations/conversation-log.js';
import { type DecodeEvents } from '../sealing.js';

export interface RenderPorts {
  readonly decode: DecodeEvents;
  readonly directory: { readonly readModels: ReadModels };
}

/** Fills a text with what is known of a conversation; nothing is looked up that it does not name. */
export async function renderFor(ports: RenderPorts, loaded: LoadedConversation, text: string): Promise<RenderedReply> {
  const values: Partial<Record<ReplyVariable, string>> = {};
  for (const variable of variablesIn(text)) {
    const value = await valueOf(ports, loaded, variable);
    if (value !== undefined && value !== '') values[variable] = value;
  }
  return renderReply(text, values satisfies ReplyValues);
}

async function valueOf(
  { decode, directory }: RenderPorts,
  { id, events, state }: LoadedConversation,
  variable: ReplyVariable,
): Promise<string | undefined> {
  const [opening] = events;
  if (state.stage === 'unknown' || opening === undefined) return undefined;
  switch (variable) {
    case 'customer.name': {
      const sql = `SELECT display_name FROM {customers} WHERE persona_id = $1`;
      const [row] = await directory.readModels.query<{ readonly display_name: string | null }>(sql, [state.customerId]);
      return row?.display_name ?? undefined;
    }
    case 'conversation.subject': {
      const [opened] = await decode([opening], 'opened');
      const data: unknown = opened?.data;
      const isOpen = typeof data === 'object' && data !== null && 'subject' in data;
      return isOpen && typeof data.subject === 'string' ? data.subject : undefined;
    }
    case 'conversation.id':
      return id;
    case 'conversation.channel':
      return state.channel ?? undefined;
    case 'conversation.team':
      return state.team ?? undefined;
  }
}
