import { type ActionDto } from '#contracts';
import { type Principal } from '#platform/access';
import { openMemoryEventStore } from '#platform/event-store';
import { createMemoryVault } from '#platform/vault';
import { known } from '../conversations/change-conversation.js';
import { loadConversation } from '../conversations/conversation-log.js';
import { newId, openedConversation } from '../routing/fixtures/opened-conversation.js';
import { type MacroPorts, planMacro } from './plan-macro.js';
import { createRuleBooks } from './rule-books.js';
import { saveSettings } from './save-settings.js';

const userId = newId();
const someoneElse = `user:${newId()}`;
const person = (...roles: readonly ('agent' | 'lead')[]): Principal => ({
  ...{ kind: 'user', id: userId, name: 'sara', roles, sessionId: userId },
});

interface Said {
  readonly sinceVersion?: string;
  /** The text of the one canned reply. */
  readonly text?: string;
  readonly isBehind?: boolean;
}

/** What comes of a macro with these actions, for somebody with these roles. */
async function planned(
  actions: readonly ActionDto[],
  principal: Principal,
  { sinceVersion, text = 'Hello', isBehind = false }: Said = {},
) {
  const store = openMemoryEventStore();
  const vault = createMemoryVault();
  const ports = { store, vault, clock: { now: () => 1 } };
  const ruleBooks = createRuleBooks(store);
  const request = { principal, correlationId: 'c'.repeat(32) };
  const settings = { macros: [{ id: 'one', name: 'One', actions: [...actions] }] };
  const attempt = { commandId: undefined, begunBefore: undefined };
  await saveSettings(ports, { book: ruleBooks.macros, type: 'macros.saved', settings, request, attempt });
  const own = known(await loadConversation(ports, (await openedConversation(ports)).id));
  if (!own) throw new Error('no conversation');
  const replies = [{ reply_id: 'hello', removed: false, reply: { text } }];
  const waited: string[] = [];
  const readModels = {
    query: () => Promise.resolve(replies),
    waitUntil: (name: string) => Promise.resolve(waited.push(name) > 0 && !isBehind),
  };
  const directory = { readModels, head: () => Promise.resolve(9n) } as unknown as MacroPorts['directory'];
  const macro = await planMacro(
    {
      vault,
      ruleBooks,
      isAgent: () => Promise.resolve(true),
      isTeam: (team) => Promise.resolve(team === 'returns'),
      directory,
      decode: () => Promise.reject(),
    },
    own,
    { macro: 'one', ...(sinceVersion !== undefined && { sinceVersion }) },
    { request, commandId: newId(), at: 1 },
  );
  expect([...new Set(waited)]).toEqual(actions.some(({ reply }) => reply) && sinceVersion ? ['canned-replies'] : []);
  return macro.ok ? macro.value.part.facts : macro.reason;
}

describe('a macro', () => {
  it('of before teams were asked for moves nothing to one that nobody has set up', async () => {
    const moved = await planned([{ tag: { add: ['late'] } }, { transfer: { team: 'retruns' } }], person('agent'));
    expect(moved).toMatchObject({
      ...{ code: 'macro_refused', reason: 'unknown-team', action: 1 },
      unknown: { kind: 'team', name: 'retruns' },
    });
  });

  it('gives nobody the right to assign that they do not have', async () => {
    const actions: readonly ActionDto[] = [{ tag: { add: ['late'] } }, { assign: { to: someoneElse } }];
    const refused = { code: 'macro_refused', reason: 'may-not-assign', action: 1 };
    expect(await planned(actions, person('agent'))).toMatchObject(refused);
    expect(await planned([{ assign: { to: 'nobody' } }], person('agent'))).toMatchObject({ ...refused, action: 0 });
    expect(await planned(actions, person('agent', 'lead'))).toMatchObject([
      { type: 'conversation.tagged' },
      { type: 'conversation.assigned', data: { agent: someoneElse } },
    ]);
    expect(await planned([{ assign: { to: 'me' } }], person('agent'))).toMatchObject([
      { type: 'conversation.assigned', data: { agent: `user:${userId}` } },
    ]);
  });

  it('decides each action on what those before it leave, and does none of them where one cannot be done', async () => {
    const lead = person('lead');
    const tag = { tag: { add: ['late'] } };
    expect(await planned([tag, tag, { tag: { remove: ['late'] } }], lead)).toHaveLength(2);
    expect(await planned([{ status: { category: 'resolved' } }, { snooze: { minutes: 5 } }], lead)).toMatchObject({
      ...{ code: 'macro_refused', reason: 'resolved', action: 1 },
    });
  });

  const hello: ActionDto = { reply: { cannedReply: 'hello' } };

  it('says what the canned reply is now, or nothing where that is not known yet', async () => {
    expect(await planned([hello], person('agent'), { sinceVersion: '1', isBehind: true })).toMatchObject({
      code: 'not_caught_up',
    });
    expect(await planned([hello], person('agent'), { sinceVersion: '1' })).toMatchObject([
      { type: 'conversation.replied', data: { text: 'Hello' } },
      { type: 'conversation.status_changed' },
    ]);
  });

  it('fills a reply with what the actions before it leave', async () => {
    const text = '{{conversation.team}} sees to it.';
    const moved = await planned([{ transfer: { team: 'returns' } }, hello], person('agent'), {
      sinceVersion: '1',
      text,
    });
    expect(moved).toMatchObject([{ type: 'conversation.transferred' }, { data: { text: 'returns sees to it.' } }, {}]);
  });

  it('says nothing that nobody would see', async () => {
    const text = '{{conversation.team|\u200f }}';
    expect(await planned([hello], person('agent'), { sinceVersion: '1', text })).toMatchObject({
      ...{ code: 'macro_refused', reason: 'blank-reply', action: 0 },
    });
  });

  it('that is refused tells who did what since the version that was read', async () => {
    expect(await planned([hello], person('agent'))).toMatchObject({ reason: 'needs-version', version: '1' });
    const stopped = await planned([hello, { assign: { to: 'nobody' } }], person('agent'), { sinceVersion: '0' });
    expect(stopped).toMatchObject({
      ...{ code: 'macro_refused', version: '1' },
      changes: [{ version: '1', type: 'conversation.opened', by: 'user:test' }],
    });
  });
});
