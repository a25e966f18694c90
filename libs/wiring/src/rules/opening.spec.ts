import { alwaysOpen, type ConversationCommand, type RulesCommand } from '#capabilities';
import { PERSON_ELSEWHERE, type RuleDto, RULES_ACTOR, rulesStream, type RuleTrigger } from '#contracts';
import { openMemoryEventStore } from '#platform/event-store';
import { type IssuedCommand } from '#platform/reactions';
import { createMemoryVault } from '#platform/vault';
import { appendParts, loadConversation } from '../conversations/conversation-log.js';
import { decided } from '../conversations/plan-change.js';
import { newId } from '../routing/fixtures/opened-conversation.js';
import { createDecoder } from '../sealing.js';
import { createRuleExecutor } from './apply-rules.js';
import { createRuleBooks } from './rule-books.js';
import { saveSettings } from './save-settings.js';

const text = 'سلام، من از شما شكايت دارم';
const message = { messageId: newId(), kind: 'message', channel: 'email', direction: 'rtl', text } as const;
const receive: ConversationCommand = { type: 'ReceiveMessage', at: 1, toldAt: 1, message };
const byPhone: ConversationCommand = {
  ...{ type: 'TellReply', at: 1, toldAt: 1, by: PERSON_ELSEWHERE, elsewhere: 'call' },
  ...{ messageId: newId(), channel: 'phone', direction: 'ltr' },
};
const replied = (by: string): ConversationCommand => ({
  ...{ type: 'Reply', at: 2, by, messageId: newId(), text: 'We are on it.', direction: 'ltr', since: 2 },
});
const reply: RuleDto['actions'] = [{ reply: { cannedReply: 'ack' } }];
const note: RuleDto['actions'] = [{ note: { text: 'seen' } }];

/** A log with a list of rules and a conversation that began with what is told. */
async function world(list: readonly RuleDto[], told: readonly ConversationCommand[], match: 'first' | 'all' = 'all') {
  const clock = { now: () => 5 };
  const store = openMemoryEventStore(clock);
  const vault = createMemoryVault();
  const ruleBooks = createRuleBooks(store);
  const principal = { kind: 'key', id: newId(), name: 'lead', scopes: ['admin'] } as const;
  const attempt = { commandId: undefined, begunBefore: undefined };
  const settings = { match, rules: [...list] };
  await saveSettings(
    { store, vault, clock },
    { book: ruleBooks.rules, type: 'rules.saved', settings, attempt, request: { principal, correlationId: 'c' } },
  );
  const [id, customerId] = [newId(), newId()];
  const incarnation = (await vault.currentKeys([customerId])).get(customerId)?.incarnation ?? 0;
  async function append(...commands: readonly ConversationCommand[]): Promise<void> {
    const part = decided(await loadConversation({ store, vault }, id), ...commands);
    if (!part.ok) throw new Error(part.reason);
    await appendParts({ store, vault }, [part.value], {
      ...{ customerId, incarnation, commandId: newId(), requestHash: vault.digest('test', newId()) },
      meta: { source: '/test', correlationId: 'c' },
    });
  }
  const opens = { type: 'OpenConversation', at: 1, toldAt: 1, origin: 'touchpoint', customerId, incarnation } as const;
  await append({ ...opens, channel: 'email', subject: 'A parcel' }, ...told);
  const canned = { reply_id: 'ack', removed: false, reply: { name: 'Ack', text: 'We got it' } };
  const query = (sql: string) => Promise.resolve(sql.includes('{canned-replies}') ? [canned] : [{ replies: 0n }]);
  const readModels = { query, waitUntil: () => Promise.resolve(true) } as never;
  const execute = createRuleExecutor({
    ...{ store, vault, clock, ruleBooks, decode: createDecoder(vault) },
    directory: { readModels, vault, head: () => store.head(), defaultRegion: 'IR', waitTimeoutMs: 0 },
    isAgent: () => Promise.resolve(true),
    isTeam: () => Promise.resolve(true),
    calendars: { calendarAsOf: () => Promise.resolve(alwaysOpen) },
  });
  return {
    append,
    /** Asked about the event of a version, as the reactor asks; named by it, so that a second time is the same command. */
    ask: async (on: RuleTrigger, version: number) => {
      const { events } = await loadConversation({ store, vault }, id);
      const position = String(events.find((each) => each.version === version)?.position);
      const issued = { id: vault.uuid('ask', id, position), key: id, at: 5, causationId: newId(), correlationId: 'c' };
      const command: RulesCommand = { type: 'ApplyRules', on, position };
      await execute({ ...issued, reaction: 'rules', command } as unknown as IssuedCommand<RulesCommand>);
    },
    /** Each decision: what came of which rule, and what held. */
    decisions: async () => {
      type Data = {
        readonly cause: { rule: string; because: readonly { condition: string }[] };
        readonly reason?: string;
      };
      const { events } = await store.readStream(rulesStream(id), 0, 100);
      return events.map(({ data }) => {
        const { cause, reason = 'done' } = data as Data;
        return [cause.rule, reason, ...cause.because.map(({ condition }) => condition)].join(' ');
      });
    },
    said: async () => {
      const { events } = await loadConversation({ store, vault }, id);
      return events.filter(({ data }) => 'by' in data && data.by === RULES_ACTOR).map(({ type }) => type);
    },
  };
}

describe('a rule that answers an opening', () => {
  const ack: RuleDto = { id: 'ack', on: ['opened'], actions: reply };

  it('has read what opened it: its reply is sent, once', async () => {
    const one = await world([ack], [receive]);
    await one.ask('opened', 1);
    await one.ask('opened', 1);
    expect(await one.decisions()).toEqual(['ack done']);
    expect(await one.said()).toEqual(['conversation.replied']);
  });

  it.each<[string, ConversationCommand]>([
    ['a person who replied meanwhile', replied('user:ann')],
    ['a customer who said more meanwhile', { ...receive, message: { ...message, messageId: newId() } }],
  ])('says nothing after %s', async (_who, command) => {
    const one = await world([ack], [receive]);
    await one.append(command);
    await one.ask('opened', 1);
    expect(await one.decisions()).toEqual(['ack replied-since']);
    expect(await one.said()).toEqual([]);
  });

  it('says nothing to whoever was answered in the call that opened it', async () => {
    const one = await world([ack], [receive, byPhone]);
    await one.ask('opened', 1);
    expect(await one.decisions()).toEqual(['ack replied-since']);
  });

  it('looks at what was said, and at what it is about', async () => {
    const rules: RuleDto[] = [
      { id: 'rtl', on: ['opened'], when: { direction: 'rtl' }, actions: note },
      { id: 'ltr', on: ['opened'], when: { direction: 'ltr' }, actions: note },
      { id: 'text', on: ['opened'], when: { text: ['شکایت'] }, actions: note },
      { id: 'subject', on: ['opened'], when: { text: ['parcel'] }, actions: note },
      { id: 'other', on: ['opened'], when: { text: ['lawyer'] }, actions: note },
    ];
    const one = await world(rules, [receive]);
    await one.ask('opened', 1);
    expect(await one.decisions()).toEqual(['rtl done direction', 'text done text', 'subject done text']);
  });

  it('looks at nothing that was said after the opening', async () => {
    const rules: RuleDto[] = [{ id: 'text', on: ['opened'], when: { text: ['شکایت'] }, actions: note }];
    const one = await world(rules, []);
    await one.append(receive);
    await one.ask('opened', 1);
    expect(await one.decisions()).toEqual([]);
  });
});

describe('a rule that answers openings and messages', () => {
  const both: RuleDto = { id: 'both', on: ['opened', 'message_received'], when: { direction: 'rtl' }, actions: note };
  const later: RuleDto = { id: 'later', on: ['message_received'], actions: note };

  it('answers what opened a conversation once, and each message after it', async () => {
    const one = await world([both], [receive]);
    await one.ask('opened', 1);
    await one.ask('message_received', 2);
    expect(await one.decisions()).toEqual(['both done direction']);
    await one.append({ ...receive, message: { ...message, messageId: newId() } });
    await one.ask('message_received', 4);
    expect(await one.decisions()).toEqual(['both done direction', 'both done direction']);
  });

  it('is still the first that answers the message', async () => {
    const one = await world([both, later], [receive], 'first');
    await one.ask('opened', 1);
    await one.ask('message_received', 2);
    expect(await one.decisions()).toEqual(['both done direction']);
  });
});

it('a rule that answers messages answers one that opened a conversation', async () => {
  const one = await world([{ id: 'any', on: ['message_received'], actions: reply }], [receive]);
  await one.ask('message_received', 2);
  expect(await one.decisions()).toEqual(['any done']);
});
