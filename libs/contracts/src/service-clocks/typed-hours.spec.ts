import { parseAs } from '../parse-as.js';
import { CalendarSettingsDto } from './clock-settings.dto.js';

const typed = (opens: string, closes: string, ...holidays: readonly string[]) => {
  const asked = { timeZone: 'Asia/Tehran', week: { saturday: [{ opens, closes }] }, holidays };
  return parseAs(CalendarSettingsDto, asked, 'en');
};

describe('opening hours and holidays', () => {
  it.each([
    ['Persian', typed('۰۸:۰۰', '۱۶:۳۰', '۲۰۲۶-۰۳-۲۱', '2026-03-22')],
    ['Arabic', typed('٠٨:٠٠', '١٦:٣٠', '٢٠٢٦-٠٣-٢١', '2026-03-22')],
  ])('are read in %s digits as in others', (_digits, read) => {
    expect(read).toEqual(typed('08:00', '16:30', '2026-03-21', '2026-03-22'));
    expect(read).toMatchObject({ ok: true, value: { holidays: ['2026-03-21', '2026-03-22'] } });
  });

  it('that are none in other digits are none in these', () => {
    expect(typed('۰۸:۰۰', '۲۵:۰۰', '۲۰۲۶/۰۳/۲۱')).toMatchObject({
      ok: false,
      reason: expect.arrayContaining([expect.objectContaining({ pointer: '/week/saturday/0/closes' })]) as unknown,
    });
  });
});
