import { type FuzzAnswer, mayBeBusy } from './may-be-busy.js';

const answer = (problem: object, changes: Partial<FuzzAnswer> = {}): FuzzAnswer => ({
  ...{ status: 503, retryAfter: '5', type: 'application/problem+json; charset=utf-8', body: JSON.stringify(problem) },
  ...changes,
});
const unready = (...failed: readonly string[]) => ({
  code: 'unavailable',
  checks: ['event-store', 'read-models'].map((name) => ({ name, ok: !failed.includes(name) })),
});
const ask = (operationId: string, of: FuzzAnswer, method = 'GET') => mayBeBusy({ operationId, method }, of);

describe('the fuzz lets pass as busy', () => {
  it('/readyz while the read models are behind', () => {
    expect(ask('isReady', answer(unready('read-models')))).toBe(true);
    expect(ask('isReady', answer({}, { body: '' }), 'HEAD')).toBe(true);
  });

  it('a read of what is not there yet, and passwords', () => {
    expect(ask('getTimeline', answer({ code: 'not_caught_up' }))).toBe(true);
    expect(ask('defineRootCauses', answer({ code: 'not_caught_up' }), 'PUT')).toBe(true);
    expect(ask('signIn', answer({ code: 'overloaded' }))).toBe(true);
  });

  it.each([
    ['a store that cannot be written to', 'isReady', answer(unready('event-store'))],
    ['the store beside the read models', 'isReady', answer(unready('event-store', 'read-models'))],
    ['no check that failed', 'isReady', answer(unready())],
    ['no checks', 'isReady', answer({ code: 'unavailable' })],
    ['no time to wait', 'isReady', answer(unready('read-models'), { retryAfter: undefined })],
    ['a time that is none', 'isReady', answer(unready('read-models'), { retryAfter: '0' })],
    ['a 500', 'isReady', answer(unready('read-models'), { status: 500 })],
    ['no problem document', 'isReady', answer(unready('read-models'), { type: 'application/json' })],
    ['another one who is unavailable', 'recordTouchpoints', answer(unready('read-models'))],
    ['a write under no load', 'recordTouchpoints', answer({ code: 'overloaded' })],
    ['a write that waits for read models', 'recordTouchpoints', answer({ code: 'not_caught_up' })],
    ['another code', 'getTimeline', answer({ code: 'internal' })],
    ['a code that is a member of every object', 'getTimeline', answer({ code: 'constructor' })],
  ])('but not %s', (_, operationId, of) => {
    expect(ask(operationId, of)).toBe(false);
  });
});
