import picocolors from 'picocolors';
import {
  clockKinds,
  closings,
  complaintOutcomes,
  complexities,
  conversationOrigins,
  impacts,
  keptVerdicts,
  remedies,
  reopenCauses,
  RULES_ACTOR,
  severities,
  shownMembersOf,
  statusCauses,
  timelineDecisionTypes,
  type TimelineEntryView,
  touchpointKinds,
  wakeCauses,
  wakeRules,
} from '#contracts';
import { complaint, decision, entry } from '../fixtures/entries.js';
import { displayWidth, withoutColours } from '../terminal/width.js';
import { decisionWords } from './decision-words.js';
import { renderTailLine, TimelineRenderer, type TimelineStyle } from './render-timeline.js';
import { timelineWords } from './words.js';

const style: TimelineStyle = { language: 'en', zone: 'UTC', width: 80, colours: picocolors.createColors(false) };
const fa: TimelineStyle = { ...style, language: 'fa', zone: 'Asia/Tehran' };
const renderTimeline = (entries: readonly TimelineEntryView[], inStyle: TimelineStyle): string =>
  new TimelineRenderer(inStyle).add(entries);
/** Without the marks that only say where a direction begins and ends. */
const bare = (text: string): string => text.replace(/[\u2066-\u2069\u200f]/g, '');

describe('a timeline', () => {
  it('has a heading for each day and a line for each entry, in their order', () => {
    const later = entry({
      occurredAt: '2010-12-07T16:00:00.000Z',
      kind: 'return',
      details: { amount: { amount: '5.00', currency: 'GBP' }, returnId: 'C1' },
    });
    const nextDay = entry({
      occurredAt: '2011-01-26T14:30:00.000Z',
      channel: null,
      kind: 'visit',
      details: { page: '/help' },
    });
    expect(renderTimeline([entry(), later, nextDay], style).split('\n')).toEqual([
      `── Tuesday, 7 December 2010 ${'─'.repeat(44)}`,
      '  14:57  ■ Purchase         web        £711.79 · 537626 · 31 items',
      '  16:00  □ Return           web        £5.00 · C1',
      '',
      `── Wednesday, 26 January 2011 ${'─'.repeat(42)}`,
      '  14:30  ○ Visit                       /help',
    ]);
  });

  it('is told in the time of the zone', () => {
    const midnight = entry({ occurredAt: '2010-12-07T23:30:00.000Z' });
    expect(renderTimeline([midnight], { ...style, zone: 'Asia/Tehran' })).toContain('Wednesday, 8 December 2010');
  });

  it('in Persian has Jalali days, Persian digits and Persian words', () => {
    const [heading, line, text] = renderTimeline([complaint('بستهٔ من هنوز نرسیده است.')], fa)
      .split('\n')
      .map(bare);
    expect(heading).toMatch(/^── سه‌شنبه ۱۶ آذر ۱۳۸۹ ─+$/);
    expect(line?.replace(/ +/g, ' ')).toBe(' ۱۸:۲۷ ▲ شکایت تلفن زیاد');
    expect(text?.trim()).toBe('بستهٔ من هنوز نرسیده است.');
  });

  it('keeps the direction of what was written from turning the line around it', () => {
    const [, , text] = renderTimeline([complaint('کجاست؟ order 5')], style).split('\n');
    expect(text).toBe(`${' '.repeat(11)}\u2068کجاست؟ order 5\u2069`);
    expect(renderTimeline([complaint('Where is it?')], style)).not.toMatch(/[\u2066-\u2069]/);
    for (const line of renderTimeline([complaint('کجاست؟')], fa).split('\n'))
      expect(line.startsWith('\u200f')).toBe(true);
  });

  it('obeys nothing that somebody wrote: no escape sequence, no override, no line of its own', () => {
    const hostile = '\u001b[2J\u001b]0;owned\u0007 a\u202eb\u2069c\u0000\r\n\u009bfoo';
    const shown = renderTimeline(
      [complaint(hostile, { details: { text: hostile, reference: hostile, severity: hostile } })],
      style,
    );
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(renderTailLine(complaint(hostile, { identifiers: [{ kind: 'email', value: hostile }] }), style)).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/,
    );
  });

  it('shows the first three lines of a long text, and that there is more', () => {
    const lines = renderTimeline([complaint('word '.repeat(200))], style)
      .split('\n')
      .slice(2);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/…$/);
  });

  it('says that personal data was erased', () => {
    const erased = entry({
      erased: true,
      touchpointId: null,
      identifiers: [],
      details: { amount: { amount: '7.10', currency: 'GBP' } },
    });
    expect(renderTimeline([erased], style)).toContain('£7.10 · personal data erased');
  });

  it('writes amounts exactly, however large', () => {
    const large = entry({ details: { orderId: '1', amount: { amount: '123456789012345.123456', currency: 'USD' } } });
    expect(renderTimeline([large], style)).toContain('US$123,456,789,012,345.123456');
    expect(
      bare(renderTimeline([entry({ details: { amount: { amount: '48500000', currency: 'IRR' } } })], fa)),
    ).toContain('۴۸٬۵۰۰٬۰۰۰');
  });

  it.each([40, 60, 80, 120])('fits into %i columns', (width) => {
    const long = complaint('A rather long complaint, with a-word-that-is-longer-than-any-line-'.repeat(9), {
      details: { product: 'x'.repeat(150), text: 'y'.repeat(500) },
    });
    for (const one of [style, fa])
      for (const line of renderTimeline([entry(), long], { ...one, width }).split('\n'))
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 50));
  });

  it('goes on over pages without repeating the day', () => {
    const renderer = new TimelineRenderer(style);
    expect(renderer.add([entry()])).toContain('December');
    expect(renderer.add([entry()])).not.toContain('December');
  });

  it('has colours when they are wanted', () => {
    const coloured = renderTimeline([entry()], { ...style, colours: picocolors.createColors(true) });
    expect(coloured).toContain('\u001b[32m');
    expect(withoutColours(coloured)).toBe(renderTimeline([entry()], style));
  });

  it('knows every kind in both languages', () => {
    for (const kind of touchpointKinds) {
      const one = entry({ kind, details: {} });
      expect(renderTimeline([one], style)).toContain(timelineWords.en.kinds[kind]);
      expect(renderTimeline([one], fa)).toContain(timelineWords.fa.kinds[kind]);
    }
    expect(renderTimeline([entry({ kind: 'custom:home_visit', details: { result: 'fine' } })], style)).toContain(
      'home visit',
    );
    expect(Object.keys(timelineWords.fa.channels)).toEqual(Object.keys(timelineWords.en.channels));
  });
});

describe('decisions on a timeline', () => {
  const promised = decision('conversation.promised', {
    details: { promiseId: 'p', owner: 'user:b', dueAt: '2010-12-08T12:00:00.000Z', what: 'A new lampshade.' },
  });

  it('say what was decided, by whom and in which conversation', () => {
    const [, line, text] = renderTimeline([promised], { ...style, width: 120 }).split('\n');
    expect(line).toBe(
      '  14:57  ◆ Promised                    due Wednesday, 8 December 2010 12:00 · to agent b · agent 0198aaaa · #0f6a1c52',
    );
    expect(text?.trim()).toBe('A new lampshade.');
    expect(bare(renderTimeline([promised], { ...fa, width: 120 }))).toMatch(
      /قول دادیم +تا چهارشنبه ۱۷ آذر ۱۳۸۹ ۱۵:۳۰ · به کارشناس b · کارشناس 0198aaaa/,
    );
  });

  it('tell resolving from other statuses, rules from people, and complaints by their own id', () => {
    const status = (category: string) =>
      decision('conversation.status_changed', {
        by: RULES_ACTOR,
        details: { category, status: 'done', cause: 'agent' },
      });
    expect(renderTimeline([status('resolved')], style)).toMatch(/Resolved +done · by an agent · a rule · #0f6a1c52/);
    expect(renderTimeline([status('open')], style)).toContain('Status');
    const closed = decision('complaint.closed', { complaintId: 'c0ffee00-1', details: { how: 'accepted' } });
    expect(renderTailLine(closed, { ...style, width: 120 })).toContain('accepted · agent 0198aaaa · #c0ffee00');
  });

  it('obey nothing that somebody wrote', () => {
    const hostile = 'a\u001b[2J\u202eb\r\nc';
    for (const type of timelineDecisionTypes) {
      const times = { dueAt: '2026-03-21T10:00:00.000Z', until: '2026-03-21T10:00:00.000Z' };
      const details = { ...Object.fromEntries(shownMembersOf(type).map((name) => [name, hostile])), ...times };
      const shown = renderTailLine(decision(type, { details, by: `user:${hostile}`, complaintId: hostile }), style);
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('are known in both languages, and so is each of their codes', () => {
    for (const type of timelineDecisionTypes)
      for (const one of [style, fa])
        expect(bare(renderTimeline([decision(type)], one))).toContain(decisionWords[one.language].labels[type]);
    expect(Object.keys(decisionWords.fa.codes)).toEqual(Object.keys(decisionWords.en.codes));
    const lists = [conversationOrigins, statusCauses, wakeCauses, reopenCauses, wakeRules, keptVerdicts, remedies];
    const ofComplaints = [severities, complexities, impacts, complaintOutcomes, closings, clockKinds];
    for (const code of [...lists, ...ofComplaints].flat()) expect(decisionWords.en.codes).toHaveProperty(code);
  });
});

describe('a line of tail', () => {
  it('has the date, the kind, the customer and what it says', () => {
    expect(renderTailLine(entry(), style)).toBe(
      '2010-12-07 14:57 ■ Purchase         customer_number:12347        £711.79 · 537…',
    );
    expect(renderTailLine(entry(), { ...style, width: 120 })).toBe(
      '2010-12-07 14:57 ■ Purchase         customer_number:12347        £711.79 · 537626 · 31 items',
    );
  });
});
