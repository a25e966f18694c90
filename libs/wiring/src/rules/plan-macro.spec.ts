import { type ActionDto } from '#contracts';
import { type Principal } from '#platform/access';
import { openMemoryEventStore } from '#platform/event-store';
import { createMemoryVault } from '#platform/vault';
import { known } from '../conversations/change-conversation.js';
import { loadConversation } from '../conversations/conversation-log.js';
import { newId, openedConversation } from '../routing/fixtures/opened-conversation.js';
import { planMacro } from './plan-macro.js';
import { createRuleBooks } from './rule-books.js';
import { saveSettings } from './save-settings.js';

const userId = newId();
const someoneElse = `user:${newId()}`;
const person = (...roles: readonly ('agent' | 'lead')[]): Principal => ({
  ...{ kind: 'user', id: userId, name: 'sara', roles, sessionId: userId },
});

/** What comes of a macro with these actions, for somebody with these roles. */
async function planned(actions: readonly ActionDto[], principal: Principal) {
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
  const readModels = { query: () => Promise.resolve([]) } as never;
  const macro = await planMacro(
    {
      vault,
      ruleBooks,
      isAgent: () => Promise.resolve(true),
      directory: { readModels },
      decode: () => Promise.reject(),
    },
    own,
    { macro: 'one' },
    { request, commandId: newId(), at: 1 },
  );
  return macro.ok ? macro.value.part.facts : macro.reason;
}

describe('a macro', () => {
  it('gives nobody the right to assign that they do not have', async () => {
    const actions: readonly ActionDto[] = [{ tag: { add: ['late'] } }, { assign: { to: someoneElse } }];
    const refused = { code: 'macro_refused', reason: 'may-not-assign', action: 1 };
    expect(await planned(actions, person('agent'))).toEqual(refused);
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
});
