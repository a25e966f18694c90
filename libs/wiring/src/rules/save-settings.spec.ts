import { type MacrosDto } from '#contracts';
import { openMemoryEventStore } from '#platform/event-store';
import { createMemoryVault } from '#platform/vault';
import { newId } from '../routing/fixtures/opened-conversation.js';
import { createRuleBooks } from './rule-books.js';
import { saveSettings } from './save-settings.js';

it('what is saved again as it is adds no version; what was saved before does', async () => {
  const store = openMemoryEventStore();
  const { macros: book } = createRuleBooks(store);
  const ports = { store, vault: createMemoryVault(), clock: { now: () => 1 } };
  const save = async (by: string, ...names: readonly string[]) => {
    const settings: MacrosDto = {
      macros: names.map((name) => ({ id: name, name, actions: [{ snooze: { minutes: 5 } }] })),
    };
    const principal = { kind: 'user', id: by, name: 'lead', roles: ['lead'], sessionId: by } as const;
    const request = { principal, correlationId: 'c'.repeat(32) };
    const attempt = { commandId: undefined, begunBefore: undefined };
    const saved = await saveSettings(ports, { book, type: 'macros.saved', settings, request, attempt });
    return saved.ok ? saved.value.version : saved.reason.code;
  };
  const [ada, bea] = [newId(), newId()];
  expect([await save(ada), await save(ada, 'one'), await save(bea, 'one'), await save(ada, 'two')]).toEqual([
    '1',
    '2',
    '2',
    '3',
  ]);
  expect(await save(ada, 'one')).toBe('4');
});
