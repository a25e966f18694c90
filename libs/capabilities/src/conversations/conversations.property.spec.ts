import fc from 'fast-check';
import { type ConversationEvent, type ConversationFact, conversationStream } from '#contracts';
import { conversation } from './conversation.decider.js';
import { type ConversationCommand } from './conversation-commands.js';
import { type ConversationRow, conversations } from './conversations.projection.js';

const id = '5f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
const customerId = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50';
const start = Date.UTC(2026, 2, 21);

const word = fc.constantFrom('a', 'b', 'c');
const actor = word.map((each) => `user:${each}`);
const message = fc.constantFrom('m1', 'm2', 'm3', 'm4');
const category = fc.constantFrom('open', 'waiting_customer', 'waiting_third_party', 'resolved');

/** Any command at a time of its own; many of them are refused. */
const command = (at: number): fc.Arbitrary<ConversationCommand> =>
  fc.tuple(actor, actor, word, message, category, fc.nat(12), fc.boolean(), fc.nat(14)).map((parts) => {
    const [by, agent, some, messageId, to, since, flag, which] = parts;
    const said = { at, by, messageId, text: some, direction: 'ltr' } as const;
    const all: readonly ConversationCommand[] = [
      { type: 'ReceiveMessage', at, message: { messageId, kind: 'message', channel: 'chat' } },
      { type: 'Reply', ...said, since, ...(flag && { then: to }) },
      { type: 'AddNote', ...said },
      {
        ...{ type: 'TellReply', ...said, toldAt: at, channel: 'chat', elsewhere: 'message' },
        ...(flag ? { by: 'user:elsewhere' } : { by: 'system:elsewhere', at: at - since * 1000 }),
      },
      { type: 'Take', at, by },
      { type: 'Assign', at, by, ...(flag && { agent }) },
      { type: 'Transfer', at, by, ...(flag && { team: some }) },
      { type: 'Prioritise', at, by, priority: flag ? 'high' : 'low' },
      { type: 'Tag', at, by, add: [some], remove: [messageId] },
      { type: 'ChangeStatus', at, by, category: to, ...(flag && { status: some }) },
      { type: 'Snooze', at, by, until: at + since * 1000, wake: flag ? 'stay' : 'on_reply' },
      { type: 'Merge', at, by, into: some, self: id, customerId, incarnation: 1 },
      { type: 'Unmerge', at, by, measured: !flag, ...(flag && { answeredUntil: at - since * 1000 }) },
      { type: 'SplitOff', at, by, into: some, messages: [messageId] },
      { type: 'MarkSpam', at, by, spam: flag },
    ];
    return all[which] ?? { type: 'Link', at, by, to: some, self: id, linked: flag };
  });

const history = fc.array(fc.nat(5_000), { maxLength: 40 }).chain((steps) => {
  let at = start;
  return fc.tuple(...steps.map((step) => command((at += step))));
});

const recorded = ({ type, at, data }: ConversationFact, index: number): ConversationEvent =>
  ({
    ...{ id: `e${String(index)}`, type, schemaVersion: 1, key: customerId, occurredAt: at, data, recordedAt: at },
    ...{ stream: conversationStream(id), version: index + 1, position: BigInt(index + 1) },
    meta: { source: '/safar', correlationId: 'c', causationId: 'c' },
  }) as ConversationEvent;

function fold(row: ConversationRow | undefined, event: ConversationEvent): ConversationRow | undefined {
  // The engine looks the handler up in the same way.
  const evolve = conversations.when[event.type] as (
    row: ConversationRow | undefined,
    event: ConversationEvent,
    key: readonly string[],
  ) => ConversationRow | undefined;
  return evolve(row, event, [id]);
}

describe('whatever is asked of a conversation', () => {
  it('leaves the read model and the decider of one mind, and a state that makes sense', () => {
    fc.assert(
      fc.property(history, (commands) => {
        let state = conversation.initial;
        const facts: ConversationFact[] = [];
        const opening: ConversationCommand = {
          ...{ type: 'OpenConversation', at: start, origin: 'agent', by: 'user:a', customerId, incarnation: 1 },
          ...{ channel: 'chat', subject: 's' },
        };
        for (const each of [opening, ...commands]) {
          const decision = conversation.decide(state, each);
          if (!decision.accepted) continue;
          state = decision.events.reduce(conversation.evolve, state);
          facts.push(...decision.events);
        }
        if (state.stage === 'unknown') throw new Error('it was opened');
        const row = facts.map(recorded).reduce<ConversationRow | undefined>(fold, undefined);
        expect(row).toMatchObject({
          ...{ stage: state.stage, category: state.category, status: state.status, agent: state.agent },
          ...{ team: state.team, priority: state.priority, tags: state.tags, links: state.links },
          ...{ merged_into: state.mergedInto, resolved_at: state.resolvedAt, version: state.version },
          ...{ snoozed_until: state.snooze?.until ?? null, message_count: state.messages.length },
        });
        expect(state.version).toBe(facts.length);
        expect(state.category === 'snoozed').toBe(state.snooze !== null);
        expect(state.category === 'resolved').toBe(state.resolvedAt !== null);
        expect(state.stage === 'merged').toBe(state.mergedInto !== null);
        expect(new Set(state.messages).size).toBe(state.messages.length);
      }),
      { numRuns: 500 },
    );
  });
});
