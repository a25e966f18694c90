import { appendTo, newEvents, newStream, requestOf } from '../fixtures/append-requests.js';
import { prepareRequest } from '../prepared-request.js';
import { type AppendRequest } from '../event-store.port.js';
import { AppendQueue, type WaitingAppend } from './append-queue.js';

const limits = { rows: 10, bytes: 100_000 };

const waiting = (request: AppendRequest): WaitingAppend => ({
  request: prepareRequest(request),
  resolve: () => undefined,
  reject: () => undefined,
});

/** Queues the requests and takes flushes until nothing waits; the requests of each by number. */
function flushesOf(requests: readonly AppendRequest[], take = limits): number[][] {
  const queue = new AppendQueue();
  const appends = requests.map(waiting);
  for (const append of appends) queue.push(append);
  const flushes: number[][] = [];
  while (queue.requests > 0) flushes.push(queue.take(take).map((append) => appends.indexOf(append)));
  expect([queue.rows, queue.bytes]).toEqual([0, 0]);
  return flushes;
}

describe('what shares a flush', () => {
  it('everything that touches different streams, in the order of arrival', () => {
    expect(
      flushesOf([appendTo('a'), appendTo('b', { expect: 'none' }), appendTo('c', { expect: { version: 4 } })]),
    ).toEqual([[0, 1, 2]]);
  });

  it('appends to one stream that expect nothing', () => {
    expect(flushesOf([appendTo('a', { expect: 'none' }), appendTo('a'), appendTo('a')])).toEqual([[0, 1, 2]]);
  });

  it('not an append that expects something of a stream which the flush changes', () => {
    expect(flushesOf([appendTo('a'), appendTo('a', { expect: { version: 1 } }), appendTo('b')])).toEqual([[0, 2], [1]]);
    expect(flushesOf([appendTo('a'), appendTo('a', { expect: 'exists' })])).toEqual([[0], [1]]);
  });

  it('nothing after a stream is closed, nor what would overtake a waiting one in its stream', () => {
    expect(flushesOf([appendTo('a', { close: true }), appendTo('a'), appendTo('b')])).toEqual([[0, 2], [1]]);
    expect(flushesOf([appendTo('a'), appendTo('a', { expect: 'exists' }), appendTo('a')])).toEqual([[0], [1, 2]]);
  });

  it('not the same append twice', () => {
    const request = appendTo(newStream());
    expect(flushesOf([request, request, appendTo('b'), request])).toEqual([[0, 2], [1], [3]]);
  });

  it('all streams of a request count', () => {
    const both = requestOf([
      { stream: 'a', expect: 'any', events: newEvents(1) },
      { stream: 'b', expect: 'none', events: newEvents(1) },
    ]);
    expect(flushesOf([appendTo('b'), both, appendTo('a')])).toEqual([[0], [1, 2]]);
  });

  it('no more rows or bytes than allowed, but one request at least', () => {
    const requests = [4, 4, 4, 25, 1].map((count) => appendTo(newStream(), { events: newEvents(count) }));
    expect(flushesOf(requests)).toEqual([[0, 1], [2], [3], [4]]);
    expect(flushesOf(requests, { rows: 100, bytes: 1 })).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('nobody beside a request that goes alone', () => {
    const queue = new AppendQueue();
    const suspect = { ...waiting(appendTo('a')), alone: true };
    const other = waiting(appendTo('b'));
    queue.push(other);
    queue.unshift([suspect]);
    expect([queue.take(limits), queue.take(limits)]).toEqual([[suspect], [other]]);
  });
});
