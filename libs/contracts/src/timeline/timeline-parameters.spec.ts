import { type RawParameters } from '../parameters.js';
import { parseTimelineParameters } from './timeline-parameters.js';

const noon = Date.UTC(2026, 2, 21, 12);

function accepted(parameters: RawParameters) {
  const parsed = parseTimelineParameters(parameters);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
}

function refusals(parameters: RawParameters): readonly string[] {
  const parsed = parseTimelineParameters(parameters);
  return parsed.ok ? [] : parsed.reason.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe('the parameters of a timeline', () => {
  it('may all be left out', () => {
    expect(accepted({})).toEqual({ kinds: [], channels: [] });
    expect(accepted({ limit: '', from: '', kind: '' })).toEqual({ kinds: [], channels: [] });
  });

  it('name kinds and channels once, repeatedly or with commas', () => {
    expect(accepted({ kind: ['purchase,return', 'custom:open_day', 'return'], channel: 'web,store' })).toEqual({
      kinds: ['purchase', 'return', 'custom:open_day'],
      channels: ['web', 'store'],
    });
  });

  it('name types of decisions among the kinds, and one category', () => {
    expect(accepted({ kind: 'complaint,complaint.received', category: 'decision' })).toMatchObject({
      ...{ kinds: ['complaint', 'complaint.received'], category: 'decision' },
    });
  });

  it('give times with any offset', () => {
    const times = {
      from: '2026-03-21T12:00:00Z',
      asOf: '2026-03-21T15:30:00.000+03:30',
      knownAt: '۲۰۲۶-۰۳-۲۱T۱۲:۰۰:۰۰Z',
    };
    expect(accepted(times)).toMatchObject({ from: noon, asOf: noon, knownAt: noon });
  });

  it('understand an offset whose plus sign became a space on its way', () => {
    expect(accepted({ to: '2026-03-21T15:30:00 03:30' })).toMatchObject({ to: noon });
  });

  it('give limits and positions in any digits', () => {
    expect(accepted({ limit: '۲۰۰', minPosition: '9223372036854775807', order: 'asc' })).toMatchObject({
      limit: 200,
      minPosition: 9_223_372_036_854_775_807n,
      order: 'asc',
    });
  });

  it.each([
    [{ limit: '0' }, '/limit out_of_range'],
    [{ limit: '201' }, '/limit out_of_range'],
    [{ limit: '1e2' }, '/limit out_of_range'],
    [{ limit: '-1' }, '/limit out_of_range'],
    [{ limit: ['1', '2'] }, '/limit repeated'],
    [{ limit: { a: 1 } }, '/limit not_text'],
    [{ kind: 'purchases' }, '/kind unknown_value'],
    [{ kind: 'custom:' }, '/kind unknown_value'],
    // Among colleagues, and on nobody's timeline.
    [{ kind: 'conversation.noted' }, '/kind unknown_value'],
    [{ kind: 'toString' }, '/kind unknown_value'],
    [{ category: 'decisions' }, '/category unknown_value'],
    [{ category: 'touchpoint,decision' }, '/category repeated'],
    [{ kind: 'custom:Open-Day' }, '/kind unknown_value'],
    [{ kind: 'custom:\0' }, '/kind invalid_text'],
    [{ channel: 'web,\ud800' }, '/channel invalid_text'],
    [{ channel: 'pigeon' }, '/channel unknown_value'],
    [{ order: 'random' }, '/order unknown_value'],
    [{ order: 'asc,desc' }, '/order repeated'],
    [{ from: '2026-03-21' }, '/from not_a_time'],
    [{ from: '2026-03-21T12:00:00' }, '/from time_without_zone'],
    [{ from: '2026-02-30T12:00:00Z' }, '/from not_a_time'],
    [{ asOf: '0001-01-01T00:00:00Z' }, '/asOf time_out_of_range'],
    [{ from: '2026-03-21T12:00:00Z', to: '2026-03-21T12:00:00Z' }, '/to empty_range'],
    [{ minPosition: '9223372036854775808' }, '/minPosition not_a_position'],
    [{ minPosition: '-1' }, '/minPosition not_a_position'],
    [{ cursor: 'x'.repeat(513) }, '/cursor too_long'],
    [{ cursor: 'a\0b' }, '/cursor invalid_text'],
    [{ 'as/of~': 'x' }, '/as~1of~0 unknown_parameter'],
  ])('refuse %j', (parameters, problem) => {
    expect(refusals(parameters)).toEqual([problem]);
  });

  it('say everything that is wrong at once', () => {
    expect(refusals({ limit: 'many', from: 'yesterday', colour: 'red' })).toHaveLength(3);
  });
});
