import { turnedSql } from './feed-sql.js';

it('in what is resolved, only due times are looked for: no index has a promise or a snooze of it, and there is none', () => {
  const at = Date.UTC(2026, 2, 21, 12);
  const { sql } = turnedSql({ selection: { view: 'mentions', self: 'user:ada' }, at, most: 9, since: at - 1, id: '' });
  const looked = [...sql.matchAll(/WHERE kept = '(\w+)' AND .*?\b(due_at|promised_at|snoozed_until) >=/g)];
  expect(looked.map(([, kept, instant]) => `${kept ?? ''} ${instant ?? ''}`)).toEqual([
    ...['queued due_at', 'mentioned due_at', 'queued promised_at', 'queued snoozed_until'],
  ]);
});
