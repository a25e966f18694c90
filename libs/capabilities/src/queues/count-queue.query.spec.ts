import fc from 'fast-check';
import { queueViews } from '#contracts';
import { countSelections } from './count-queue.query.js';

const selection = fc.record(
  {
    view: fc.constantFrom(...queueViews),
    self: fc.constant('user:ada'),
    team: fc.constant('returns'),
    channel: fc.constant('email' as const),
    priorities: fc.constant(['high'] as const),
    categories: fc.constantFrom(['open'] as const, ['waiting_customer', 'snoozed'] as const),
    statuses: fc.constantFrom(['open'], ['with-the-carrier', 'in-progress']),
    tags: fc.constant(['fragile']),
  },
  { requiredKeys: ['view', 'self'] },
);

it('mentions every value that it gives, whatever is counted together: PostgreSQL refuses a statement that does not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(selection, { minLength: 1, maxLength: 3 }), async (selections) => {
      const query = (sql: string, values: readonly unknown[]): Promise<readonly never[]> => {
        const mentioned = new Set([...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
        expect([...mentioned].sort((one, other) => one - other)).toEqual(values.map((_value, index) => index + 1));
        return Promise.resolve([]);
      };
      await countSelections({ query }, selections, Date.UTC(2026, 2, 21));
    }),
  );
});
