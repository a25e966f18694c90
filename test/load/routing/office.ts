import { randomUUID } from 'node:crypto';
import { type Channel, agentStream, conversationStream, routingStream, teamStream } from '#contracts';
import { type NewEvent } from '#kernel';
import { type StreamAppend } from '#platform/event-store';
import { type Installation } from '#wiring';

export const AGENTS = 100;
/** What one may have at once. */
export const ROOM = 3;
/** A team takes what comes on its channel. */
const channels: readonly Channel[] = ['chat', 'email', 'whatsapp', 'telegram', 'web'];

export interface Customer {
  readonly id: string;
  readonly incarnation: number;
}

const event = (type: string, key: string, data: object): NewEvent => ({
  ...{ id: randomUUID(), type, schemaVersion: 1, key, occurredAt: Date.now(), data },
  meta: { source: '/bench', correlationId: 'bench', causationId: 'bench' },
});

/** Twenty agents to a team, all of them there. */
export const settingUp = (agents: readonly string[]): readonly StreamAppend[] => [
  ...channels.map((channel, index): StreamAppend => {
    const stream = teamStream(channel);
    const members = agents.filter((_, place) => place % channels.length === index);
    const settings = { strategy: 'balanced', members, channels: [channel] };
    return { stream, expect: 'none', events: [event('team.configured', stream, { by: agents[0], settings })] };
  }),
  ...agents.map((agent): StreamAppend => {
    const stream = agentStream(agent);
    const settings = { capacity: [{ limit: ROOM }] };
    const events = [
      event('agent.configured', stream, { by: agent, settings }),
      event('agent.availability_changed', stream, { by: agent, availability: 'online' }),
    ];
    return { stream, expect: 'none', events };
  }),
];

/** A customer writes. @param number chooses the channel */
export function opening(number: number, { id: customerId, incarnation }: Customer): StreamAppend {
  const channel = channels[number % channels.length] ?? 'chat';
  const data = { origin: 'touchpoint', customerId, incarnation, channel };
  const stream = conversationStream(randomUUID());
  return { stream, expect: 'none', events: [event('conversation.opened', customerId, data)] };
}

/** That it waits, as the reaction that knows conversations tells it: told here, for a backlog is not to be told one by one. */
export function waiting({ stream, events: [opened] }: StreamAppend, number: number): StreamAppend {
  if (!opened) throw new Error('a conversation begins with an event');
  const channel = channels[number % channels.length];
  const since = new Date(opened.occurredAt).toISOString();
  const data = { version: 1, channel, priority: number % 10 === 0 ? 'high' : 'normal', since };
  const id = stream.slice(conversationStream('').length);
  return { stream: routingStream(id), expect: 'none', events: [event('routing.item_changed', opened.key, data)] };
}

/** An agent has answered, and waits for the customer: one more has room. */
export const answered = (stream: string, version: number, customerId: string, agent: string): StreamAppend => ({
  ...{ stream, expect: { version } },
  events: [
    event('conversation.status_changed', customerId, {
      ...{ by: agent, category: 'waiting_customer', status: 'waiting_customer', cause: 'agent' },
    }),
  ],
});

/** @throws where it was not stored */
export async function store(installation: Installation, streams: readonly StreamAppend[]): Promise<void> {
  const appendId = randomUUID();
  const requestHash = Buffer.from(appendId.replaceAll('-', ''), 'hex');
  const { status } = await installation.store.append({ appendId, requestHash, streams });
  if (status !== 'appended') throw new Error(`an append was ${status}`);
}
