import { parseTraceContext } from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;
const stateOf = (tracestate: unknown) => parseTraceContext(parent, tracestate)?.tracestate;

describe('a traceparent', () => {
  it.each([parent, parent.replace('01', 'ff'), parent.replace(/-01$/, '-00')])('is taken: %s', (traceparent) => {
    expect(parseTraceContext(traceparent, undefined)).toEqual({ traceId: expect.any(String), traceparent });
  });

  it.each([`cc-${parent.slice(3)}`, `cc-${parent.slice(3)}-what-the-future-will-be-like`])(
    'of a later version may go on: %s',
    (traceparent) => {
      expect(parseTraceContext(traceparent, undefined)?.traceId).toBe(traceId);
    },
  );

  it.each([
    undefined,
    '',
    'nonsense',
    `${parent}-more`,
    `${parent}.`,
    `cc-${parent.slice(3)}.what`,
    `ff-${parent.slice(3)}`,
    `0-${parent.slice(3)}`,
    `.0-${parent.slice(3)}`,
    parent.toUpperCase(),
    ` ${parent}`,
    `${parent}\n`,
    parent.replace(traceId, '0'.repeat(32)),
    parent.replace('b7ad6b7169203331', '0'.repeat(16)),
    parent.replace(traceId, traceId.slice(1)),
    // Two headers, as Node joins them.
    `${parent}, ${parent}`,
    [parent, parent],
    `cc-${parent.slice(3)}-${'x'.repeat(200)}`,
  ])('is left: %j', (traceparent) => {
    expect(parseTraceContext(traceparent, 'a=1')).toBeUndefined();
  });
});

describe('a tracestate', () => {
  it.each([
    ['foo=1,bar=2', 'foo=1,bar=2'],
    ['foo=1 \t,\t bar=2', 'foo=1,bar=2'],
    ['foo=1,,bar=2,', 'foo=1,bar=2'],
    [['foo=1', 'bar=2'], 'foo=1,bar=2'],
    ['0tenant@system=x y', '0tenant@system=x y'],
    [`${'z'.repeat(256)}=1`, `${'z'.repeat(256)}=1`],
    [`${'t'.repeat(241)}@${'v'.repeat(14)}=1`, `${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    [`a=${'v'.repeat(256)}`, `a=${'v'.repeat(256)}`],
    [`foo=1${' \t'.repeat(2_000)}`, 'foo=1'],
    [' \t ,\t', undefined],
  ])('is kept: #%#', (sent, kept) => {
    expect(stateOf(sent)).toBe(kept);
  });

  it.each([
    '',
    ',',
    'foo',
    'foo=',
    '=1',
    'foo=1=2',
    'foo =1',
    'Foo=1',
    '0foo=1',
    'foo@=1',
    '@foo=1',
    'foo@@bar=1',
    'foo=1,foo=2',
    'foo=سلام',
    'foo=1\n',
    `${'z'.repeat(257)}=1`,
    `${'t'.repeat(242)}@v=1`,
    `t@${'v'.repeat(15)}=1`,
    `a=${'v'.repeat(257)}`,
    `a${' '.repeat(4_000)}b`,
    // Longer than anybody needs it: not looked at, whatever it says.
    `foo=1${' '.repeat(4_092)}`,
    ['foo=1', `bar=2${','.repeat(4_086)}`],
    Array.from({ length: 33 }, (_, index) => `k${String(index)}=1`).join(','),
  ])('is left out, and the traceparent stays: #%#', (sent) => {
    expect(parseTraceContext(parent, sent)).toEqual({ traceId, traceparent: parent });
  });

  it('is cut to 512 characters: long members first, then the last ones', () => {
    const short = Array.from({ length: 30 }, (_, index) => `k${String(index)}=${'v'.repeat(15)}`);
    const long = `long=${'v'.repeat(200)}`;
    const kept = stateOf([long, ...short].join(',')) ?? '';
    expect(kept.length).toBeLessThanOrEqual(512);
    expect(kept.split(',')).toEqual(short.slice(0, kept.split(',').length));
  });
});
