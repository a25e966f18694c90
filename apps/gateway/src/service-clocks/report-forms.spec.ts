import { sentAs } from './report-forms.js';
import { backlogTable } from './report-tables.js';

describe('a report as a table', () => {
  const view = { asOf: '2026-03-21T09:00:00.123Z', by: 'team', groups: [], more: false, position: '7' } as const;
  const headers = new Map<string, unknown>();
  const reply = { header: (name: string, value: unknown) => headers.set(name, value) } as unknown as Parameters<
    typeof sentAs
  >[1];

  it('is a file whose name says what it is of, and as of when', () => {
    expect(sentAs('csv', reply, view, backlogTable)).toBe('key,conversations,snoozed,breached,oldestWaitingSince\r\n');
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="backlog-by_team_at_2026-03-21T090000Z_position_7.csv"',
    );
  });

  it('is refused where it would hide that there is more', () => {
    const more = { ...view, more: true };
    expect(() => sentAs('csv_bom', reply, more, backlogTable)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/by' })] }),
      }),
    );
    expect(sentAs('json', reply, more, backlogTable)).toBe(more);
  });
});
