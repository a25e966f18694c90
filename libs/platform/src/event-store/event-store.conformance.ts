import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, type RecordedEvent, START } from '#kernel';
import { describeHistories } from './event-store-histories.conformance.js';
import { MAX_PAGE_CHARACTERS, type EventStore, type LogPage } from './event-store.port.js';
import {
  appendTo,
  closing,
  firstHole,
  firstStepBack,
  hashOf,
  newEvent,
  newEvents,
  newStream,
  readOut,
  requestOf,
  stored,
} from './fixtures/append-requests.js';

/** What a store continues: nothing, unless told. */
export interface Given {
  /** The position before the first event. */
  readonly startPosition?: Position;
  /** Streams that have events already, in a log before this one. */
  readonly streams?: readonly { readonly stream: string; readonly version: number }[];
}

/** Makes an empty store of its own; `close` of the store is the suite's, everything else the maker's. */
export type MakeEventStore = (given?: Given) => Promise<EventStore>;

/**
 * Every store's positions grow with the order of the log. `dense` ones also count it without a gap, so that their owner may make
 * promises of numbers; nobody outside may rely on it.
 */
export type Positions = 'dense' | 'growing';

export interface StoreTraits {
  /** `dense` unless told. */
  readonly positions?: Positions;
  /** Random histories to run; each is up to 72 appends. 60 unless told. */
  readonly histories?: number;
}

/**
 * What every event store does. Its adapters pass this: order, no loss, expectations, repetition with stored results, several streams
 * at once, closing, bounded pages, positions by time. What only a store with dense positions promises stands by itself at the end.
 */
export function describeEventStore(name: string, make: MakeEventStore, traits: StoreTraits = {}): void {
  const { positions = 'dense', histories = 60 } = traits;
  describe(`the event store on ${name}`, () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await make();
    });
    afterAll(() => store.close());
    const current = (): EventStore => store;

    describe('appending', () => describeAppending(current));
    describe('times', () => describeTimes(current));
    describe('mistakes of the caller', () => describeMistakes(current));
    describe('expectations', () => describeExpectations(current));
    describe('repetition', () => describeRepetition(current));
    describe('several streams in one append', () => describeSeveralStreams(current));
    describe('closing a stream', () => describeClosing(current));
    describe('reading', () => describeReading(current));
    describe('pages', () => describePages(current));
    describe('concurrent appends', () => describeConcurrency(current));
    describe('listening', () => describeListening(current));
    describe('random concurrent histories', () => describeHistories(current, positions === 'dense', histories));
    if (positions === 'dense') describe('dense positions', () => describeDensePositions(current));
  });
  describe(`an event store on ${name} of its own`, () => describeWholeStores(make));
  if (positions === 'dense')
    describe(`an event store on ${name} that continues another`, () => describeContinued(make));
}

function describeAppending(store: () => EventStore): void {
  it('answers positions and the version, and has stored the events by then', async () => {
    const stream = newStream();
    const events = newEvents(3);
    const before = await store().head();
    const outcome = stored(await store().append(appendTo(stream, { events })));
    expect(outcome).toMatchObject({ status: 'appended', versions: [3] });
    const { events: read } = await store().readAll(before, 3);
    expect(read).toEqual(
      events.map((event, index) => ({
        ...event,
        stream,
        version: index + 1,
        position: expect.any(BigInt) as bigint,
        recordedAt: outcome.recordedAt,
      })),
    );
    const told = [outcome.firstPosition, outcome.lastPosition];
    expect([read[0]?.position, read[2]?.position]).toEqual(told);
    expect(firstStepBack([before, ...read.map(({ position }) => position)])).toBeUndefined();
    expect((await store().readStream(stream, 0, 3)).events).toEqual(read);
    expect(await store().head()).toBe(outcome.lastPosition);
  });

  it('gives back text and data as they were', async () => {
    const data = {
      text: 'سفرِ مشتری — ۱۲۳ تومان',
      emoji: '👩🏽‍🚀',
      quotes: `"'\\{},NULL`,
      zero: '\u0000',
      half: '\ud800',
      numbers: [0, -1, 1.5, 1e300, 2 ** 53 - 1],
      nothing: null,
      nested: { list: [[], {}] },
    };
    const event = newEvent({
      data,
      key: 'کلید',
      type: 'نوع "با" نشانه',
      meta: { ...newEvent().meta, source: '/منبع' },
    });
    const stream = `ماجرا-${randomUUID()}`;
    await store().append(appendTo(stream, { events: [event] }));
    expect((await store().readStream(stream, 0, 10)).events).toEqual([expect.objectContaining({ ...event, stream })]);
  });

  it('takes a thousand events in one append', async () => {
    const stream = newStream();
    const outcome = stored(await store().append(appendTo(stream, { events: newEvents(1_000) })));
    expect(outcome.versions).toEqual([1_000]);
    const { events: read } = await store().readStream(stream, 0, 2_000);
    expect(read).toHaveLength(1_000);
    expect(firstHole(read.map(({ version }) => version))).toBeUndefined();
    expect(firstStepBack(read.map(({ position }) => position))).toBeUndefined();
  });
}

function describeTimes(store: () => EventStore): void {
  it.each([
    ['the year 1', Date.UTC(2000, 0, 1) - 730_119 * 86_400_000],
    ['before 1970', -1],
    ['the year 9999', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
    ['a leap day', Date.UTC(2024, 1, 29, 12, 0, 0, 1)],
    ['a whole second', Date.UTC(2026, 0, 1)],
  ])('keeps a time in %s to the millisecond', async (_, occurredAt) => {
    const stream = newStream();
    await store().append(appendTo(stream, { events: [newEvent({ occurredAt })] }));
    expect((await store().readStream(stream, 0, 1)).events[0]?.occurredAt).toBe(occurredAt);
  });
}

function describeMistakes(store: () => EventStore): void {
  const nul = String.fromCharCode(0);
  it.each([
    ['an append id that is no UUID', { ...appendTo(newStream()), appendId: 'x' }],
    ['a hash of another length', { ...appendTo(newStream()), requestHash: new Uint8Array(15) }],
    ['no stream', requestOf([])],
    ['a stream twice', requestOf([...appendTo('thing-1').streams, ...appendTo('thing-1').streams])],
    ['no events', appendTo(newStream(), { events: [] })],
    ['a name without characters', appendTo('')],
    ['a name of 201 characters', appendTo('x'.repeat(201))],
    ['U+0000 in a name', appendTo(`thing-${nul}`)],
    ['half a character in a key', appendTo(newStream(), { events: [newEvent({ key: '\ud800' })] })],
    ['an event id that is no UUID', appendTo(newStream(), { events: [newEvent({ id: 'x' })] })],
    ['data that is no JSON', appendTo(newStream(), { events: [newEvent({ data: undefined })] })],
    ['a time that is none', appendTo(newStream(), { events: [newEvent({ occurredAt: NaN })] })],
    ['a schema version beyond 32 bits', appendTo(newStream(), { events: [newEvent({ schemaVersion: 2 ** 31 })] })],
    ['a negative version', appendTo(newStream(), { expect: { version: -1 } })],
  ])('%s is thrown back, and harms nobody beside it', async (_, request) => {
    const [mistake, neighbour] = await Promise.allSettled([
      store().append(request),
      store().append(appendTo(newStream())),
    ]);
    expect(mistake).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) as TypeError });
    expect(neighbour).toMatchObject({ status: 'fulfilled', value: { status: 'appended' } });
  });
}

function describeExpectations(store: () => EventStore): void {
  it('`none` holds for a stream without events, once', async () => {
    const stream = newStream();
    const expectNone = () => store().append(appendTo(stream, { expect: 'none' }));
    expect(await expectNone()).toMatchObject({ status: 'appended', versions: [1] });
    expect(await expectNone()).toEqual({ status: 'conflict', stream, actualVersion: 1 });
  });

  it('`exists` holds for a stream with events', async () => {
    const stream = newStream();
    const expectSome = () => store().append(appendTo(stream, { expect: 'exists' }));
    expect(await expectSome()).toEqual({ status: 'conflict', stream, actualVersion: 0 });
    await store().append(appendTo(stream));
    expect(await expectSome()).toMatchObject({ status: 'appended', versions: [2] });
  });

  it('a version holds when it is the true one', async () => {
    const stream = newStream();
    const at = (version: number) => store().append(appendTo(stream, { expect: { version } }));
    expect(await at(1)).toEqual({ status: 'conflict', stream, actualVersion: 0 });
    expect(await at(0)).toMatchObject({ status: 'appended', versions: [1] });
    expect(await at(0)).toEqual({ status: 'conflict', stream, actualVersion: 1 });
    expect(await at(1)).toMatchObject({ status: 'appended', versions: [2] });
  });

  it('a conflict stores nothing and harms nobody beside it', async () => {
    const taken = newStream();
    await store().append(appendTo(taken));
    const before = await store().head();
    const outcomes = await Promise.all([
      store().append(appendTo(newStream(), { events: newEvents(2) })),
      store().append(appendTo(taken, { expect: 'none', events: newEvents(3) })),
      store().append(appendTo(newStream())),
      store().append(appendTo(taken, { expect: { version: 7 } })),
      store().append(appendTo(taken)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'conflict', 'appended', 'conflict', 'appended']);
    expect((await store().readAll(before, 10)).events).toHaveLength(4);
    expect((await store().readStream(taken, 0, 10)).events.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('after a conflict the same append id may be used for another try', async () => {
    const stream = newStream();
    const request = appendTo(stream, { expect: 'exists' });
    expect(await store().append(request)).toMatchObject({ status: 'conflict' });
    await store().append(appendTo(stream));
    expect(await store().append(request)).toMatchObject({ status: 'appended', versions: [2] });
  });
}

function describeRepetition(store: () => EventStore): void {
  it('an append that is repeated is stored once and answered the same', async () => {
    const request = appendTo(newStream(), { expect: 'none', events: newEvents(2) });
    const first = await store().append(request);
    const head = await store().head();
    expect(await store().append(request)).toEqual({ ...first, status: 'repeated' });
    expect(await store().head()).toBe(head);
  });

  it('answers the version of then, not of now', async () => {
    const stream = newStream();
    const request = appendTo(stream);
    await store().append(request);
    await store().append(appendTo(stream, { events: newEvents(5) }));
    expect(await store().append(request)).toMatchObject({ status: 'repeated', versions: [1] });
  });

  it('sealed anew, the same request is still the same', async () => {
    const stream = newStream();
    const request = appendTo(stream);
    await store().append(request);
    const again = { ...request, streams: [{ stream, expect: 'any' as const, events: newEvents(4) }] };
    expect(await store().append(again)).toMatchObject({ status: 'repeated', versions: [1] });
    expect((await store().readStream(stream, 0, 10)).events).toHaveLength(1);
  });

  it('an append id that was used for something else is refused', async () => {
    const request = appendTo(newStream());
    await store().append(request);
    expect(await store().append({ ...request, requestHash: hashOf('another') })).toEqual({ status: 'id-reused' });
  });

  it('the spelling of an append id does not matter', async () => {
    const request = appendTo(newStream());
    await store().append(request);
    expect(await store().append({ ...request, appendId: request.appendId.toUpperCase() })).toMatchObject({
      status: 'repeated',
    });
  });

  it('repetitions that race each other are stored once', async () => {
    const stream = newStream();
    const request = appendTo(stream, { expect: 'none' });
    const other = { ...request, requestHash: hashOf('another') };
    const outcomes = await Promise.all([request, request, other, request].map((each) => store().append(each)));
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'repeated', 'id-reused', 'repeated']);
    expect((await store().readStream(stream, 0, 10)).events).toHaveLength(1);
  });

  it('a repetition is told apart from its neighbours', async () => {
    const stream = newStream();
    const old = appendTo(stream, { events: newEvents(3) });
    const first = await store().append(old);
    const before = await store().head();
    const [one, again, two] = await Promise.all([
      store().append(appendTo(stream)),
      store().append(old),
      store().append(appendTo(stream, { events: newEvents(2) })),
    ]);
    expect(again).toEqual({ ...first, status: 'repeated' });
    expect([one, two].map((outcome) => stored(outcome).versions)).toEqual([[4], [6]]);
    const { events } = await store().readAll(before, 10);
    const place = events[0]?.position;
    expect([events.length, one]).toMatchObject([3, { firstPosition: place, lastPosition: place }]);
  });
}

function describeSeveralStreams(store: () => EventStore): void {
  const both = (one: string, two: string) =>
    requestOf([
      { stream: one, expect: 'any', events: newEvents(2) },
      { stream: two, expect: 'none', events: newEvents(1) },
    ]);

  it('stores all, in the order of the request', async () => {
    const [one, two] = [newStream(), newStream()];
    await store().append(appendTo(one));
    const request = both(one, two);
    const before = await store().head();
    const outcome = stored(await store().append(request));
    expect(outcome).toMatchObject({ status: 'appended', versions: [3, 1] });
    const { events: read } = await store().readAll(before, 3);
    expect([read[0]?.position, read[2]?.position]).toEqual([outcome.firstPosition, outcome.lastPosition]);
    expect(read.map(({ recordedAt }) => recordedAt)).toEqual(Array(3).fill(outcome.recordedAt));
    expect((await store().readStream(two, 0, 3)).events).toEqual(read.slice(2));
    expect(read.map(({ stream, version }) => [stream, version])).toEqual([
      [one, 2],
      [one, 3],
      [two, 1],
    ]);
    expect(await store().append(request)).toEqual({ ...outcome, status: 'repeated' });
  });

  it('stores nothing when one of them is refused, and names it', async () => {
    const [one, two] = [newStream(), newStream()];
    await store().append(appendTo(two));
    const before = await store().head();
    expect(await store().append(both(one, two))).toEqual({ status: 'conflict', stream: two, actualVersion: 1 });
    expect((await store().readStream(one, 0, 1)).events).toEqual([]);
    expect(await store().head()).toBe(before);
  });

  it('others that write to the same streams meanwhile are numbered as if it had not been', async () => {
    const [one, two] = [newStream(), newStream()];
    await store().append(appendTo(two));
    const outcomes = await Promise.all([
      store().append(appendTo(one)),
      store().append(both(one, two)),
      store().append(appendTo(one)),
    ]);
    expect(outcomes).toMatchObject([{ versions: [1] }, { status: 'conflict' }, { versions: [2] }]);
  });
}

function describeClosing(store: () => EventStore): void {
  it('nothing can be appended after it', async () => {
    const stream = newStream();
    expect(await store().append(appendTo(stream, { close: true }))).toMatchObject({
      status: 'appended',
      versions: [1],
    });
    expect(await store().append(appendTo(stream))).toEqual({ status: 'closed', stream });
    expect(await store().append(appendTo(stream, { expect: { version: 1 } }))).toEqual({ status: 'closed', stream });
    expect((await store().readStream(stream, 0, 10)).events).toHaveLength(1);
  });

  it('may come without events, and is answered again as it was', async () => {
    const stream = newStream();
    await store().append(appendTo(stream, { events: newEvents(2) }));
    const head = await store().head();
    const request = closing(stream);
    const outcome = await store().append(request);
    expect(outcome).toMatchObject({ status: 'appended', firstPosition: head, lastPosition: head, versions: [2] });
    expect(await store().append(appendTo(stream))).toEqual({ status: 'closed', stream });
    await store().append(appendTo(newStream()));
    expect(await store().append(request)).toEqual({ ...outcome, status: 'repeated' });
  });

  it('holds for a stream that had no events', async () => {
    const stream = newStream();
    expect(await store().append(closing(stream))).toMatchObject({ versions: [0] });
    expect(await store().append(appendTo(stream, { expect: 'none' }))).toEqual({ status: 'closed', stream });
  });

  it('holds for what was asked for at the same moment', async () => {
    const stream = newStream();
    const outcomes = await Promise.all([
      store().append(appendTo(stream)),
      store().append(appendTo(stream, { close: true })),
      store().append(appendTo(stream)),
      store().append(appendTo(newStream())),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'appended', 'closed', 'appended']);
  });

  it('an append that was stored before is still answered as stored', async () => {
    const stream = newStream();
    const request = appendTo(stream);
    const outcome = await store().append(request);
    await store().append(closing(stream));
    expect(await store().append(request)).toEqual({ ...outcome, status: 'repeated' });
  });
}

function describeReading(store: () => EventStore): void {
  it('gives the log page by page, whatever the size of the pages', async () => {
    const before = await store().head();
    const request = appendTo(newStream(), { events: newEvents(25) });
    await store().append(request);
    const { events: whole } = await store().readAll(before, 1_000);
    for (const pageSize of [1, 7, 25, 26]) expect(await readOut(store(), before, pageSize)).toEqual(whole);
    expect(whole.map(({ id }) => id)).toEqual(request.streams[0]?.events.map(({ id }) => id));
  });

  it('gives nothing after the head', async () => {
    expect((await store().readAll(await store().head(), 10)).events).toEqual([]);
  });

  it('gives a stream after a version, and nobody else’s events', async () => {
    const stream = newStream();
    for (let index = 0; index < 3; index++)
      await Promise.all([store().append(appendTo(stream)), store().append(appendTo(newStream()))]);
    const versions = async (after: number, limit: number) =>
      (await store().readStream(stream, after, limit)).events.map(({ version }) => version);
    expect(await versions(0, 10)).toEqual([1, 2, 3]);
    expect(await versions(1, 1)).toEqual([2]);
    expect(await versions(3, 10)).toEqual([]);
    expect((await store().readStream(newStream(), 0, 10)).events).toEqual([]);
  });

  it('finds an event by its position, and nothing where none is', async () => {
    await store().append(appendTo(newStream(), { events: newEvents(3) }));
    const events = (await readOut(store(), START)).slice(-3);
    for (const event of events) expect(await store().eventAt(event.position)).toEqual(event);
    const head = await store().head();
    for (const position of [START, head + 1n, head * 2n]) expect(await store().eventAt(position)).toBeUndefined();
  });

  it('never tells of fewer events between two positions than there are', async () => {
    const before = await store().head();
    await store().append(appendTo(newStream(), { events: newEvents(50) }));
    const head = await store().head();
    expect(store().distance(before, head)).toBeGreaterThanOrEqual(50);
    expect([store().distance(head, head), store().distance(head, before)]).toEqual([0, 0]);
    expect(store().distance(START, head)).toBeGreaterThanOrEqual((await readOut(store(), START)).length);
  });

  it('finds the last position that was recorded at or before a time', async () => {
    const outcomes = [];
    for (let index = 0; index < 4; index++) {
      outcomes.push(stored(await store().append(appendTo(newStream(), { events: newEvents(index + 1) }))));
      // Not to wait for something: so that the appends have different times.
      await sleep(3);
    }
    for (const [index, { recordedAt, lastPosition }] of outcomes.entries()) {
      expect(await store().positionAt(recordedAt)).toBe(lastPosition);
      expect(await store().positionAt(recordedAt - 1)).toBeLessThan(outcomes[index]?.firstPosition ?? 0n);
    }
    expect(await store().positionAt(Date.UTC(9000, 0, 1))).toBe(await store().head());
  });
}

function describePages(store: () => EventStore): void {
  it('say whether more may follow', async () => {
    const before = await store().head();
    const stream = newStream();
    await store().append(appendTo(stream, { events: newEvents(3) }));
    const full = async (limit: number) => [
      (await store().readAll(before, limit)).full,
      (await store().readStream(stream, 0, limit)).full,
    ];
    expect(await full(2)).toEqual([true, true]);
    expect(await full(4)).toEqual([false, false]);
  });

  it('end where their text is too much, and nothing is lost by it', async () => {
    const before = await store().head();
    const stream = newStream();
    const text = 'x'.repeat(Math.ceil(MAX_PAGE_CHARACTERS / 10));
    // Of eleven such events ten do not fit into a page.
    for (let index = 0; index < 11; index++)
      await store().append(appendTo(stream, { events: [newEvent({ data: { text } })] }));
    const ofLog = await pagesOf((last) => store().readAll(last?.position ?? before, 100));
    const ofStream = await pagesOf((last) => store().readStream(stream, last?.version ?? 0, 100));
    for (const pages of [ofLog, ofStream])
      expect(pages.map((page) => page.map(({ version }) => version))).toEqual([
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        [10, 11],
      ]);
  });
}

/** Page after page, until one that is not full. */
async function pagesOf(
  read: (last: RecordedEvent | undefined) => Promise<LogPage>,
): Promise<readonly (readonly RecordedEvent[])[]> {
  const pages: LogPage['events'][] = [];
  for (let full = true; full;) {
    const page = await read(pages.at(-1)?.at(-1));
    pages.push(page.events);
    full = page.full;
  }
  return pages;
}

function describeConcurrency(store: () => EventStore): void {
  it('appenders to one stream are all stored, one after the other', async () => {
    const stream = newStream();
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => store().append(appendTo(stream))));
    expect(outcomes.flatMap((outcome) => stored(outcome).versions)).toEqual(outcomes.map((_, index) => index + 1));
    expect(firstHole((await store().readStream(stream, 0, 300)).events.map(({ version }) => version))).toBeUndefined();
  });

  it('of appenders that expect the same version, one wins', async () => {
    const stream = newStream();
    for (let version = 0; version < 5; version++) {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => store().append(appendTo(stream, { expect: { version } }))),
      );
      expect(outcomes.filter(({ status }) => status === 'appended')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status !== 'appended')
          expect(outcome).toEqual({ status: 'conflict', stream, actualVersion: version + 1 });
    }
  });

  it('one that retries after each conflict gets through', async () => {
    const stream = newStream();
    const increment = async (): Promise<void> => {
      for (let version = 0; ;) {
        const outcome = await store().append(appendTo(stream, { expect: { version } }));
        if (outcome.status === 'appended') return;
        if (outcome.status !== 'conflict') throw new Error(outcome.status);
        version = outcome.actualVersion;
      }
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    expect((await store().readStream(stream, 0, 100)).events).toHaveLength(12);
  });

  it('a reader that follows the positions misses nothing', async () => {
    const start = await store().head();
    const writers = Array.from({ length: 8 }, async () => {
      for (let index = 0; index < 25; index++) await store().append(appendTo(newStream(), { events: newEvents(2) }));
    });
    let writing = true;
    const done = Promise.all(writers).finally(() => (writing = false));
    const seen: bigint[] = [];
    for (let last = false; ; last = !writing) {
      const { events: page } = await store().readAll(seen.at(-1) ?? start, 40);
      seen.push(...page.map(({ position }) => position));
      if (last && page.length === 0) break;
    }
    await done;
    expect(seen).toHaveLength(400);
    expect(firstStepBack([start, ...seen])).toBeUndefined();
  });
}

function describeListening(store: () => EventStore): void {
  it('calls back after an append, until told not to', async () => {
    let calls = 0;
    const heard = new Promise<void>((resolve) => {
      const stop = store().onAppended(() => {
        calls++;
        stop();
        resolve();
      });
    });
    await store().append(appendTo(newStream()));
    await heard;
    const callsThen = calls;
    await store().append(appendTo(newStream()));
    expect(calls).toBe(callsThen);
  });

  it('what it tells of can be read', async () => {
    const before = await store().head();
    const seen = new Promise<bigint>((resolve, reject) => {
      const stop = store().onAppended(() => {
        store()
          .head()
          .then((head) => {
            if (head === before) return;
            stop();
            resolve(head);
          }, reject);
      });
    });
    const { lastPosition } = stored(await store().append(appendTo(newStream())));
    expect(await seen).toBe(lastPosition);
  });
}

function describeWholeStores(make: MakeEventStore): void {
  it('is empty at first', async () => {
    const store = await make();
    expect(await store.head()).toBe(0n);
    expect((await store.readAll(0n, 10)).events).toEqual([]);
    expect(await store.positionAt(Date.now())).toBe(0n);
    await store.close();
  });

  it('stores what was asked for before it is closed, and refuses what comes after', async () => {
    const store = await make();
    const asked = Array.from({ length: 100 }, () => store.append(appendTo(newStream())));
    const closed = store.close();
    await expect(store.append(appendTo(newStream()))).rejects.toThrow('closed');
    expect((await Promise.all(asked)).every(({ status }) => status === 'appended')).toBe(true);
    await closed;
  });
}

function describeContinued(make: MakeEventStore): void {
  it('counts beyond 2^31 and 2^32, in positions and in versions', async () => {
    for (const power of [31n, 32n, 40n]) {
      const edge = 2n ** power;
      const stream = newStream();
      const version = Number(edge) - 2;
      const store = await make({ startPosition: edge - 2n, streams: [{ stream, version }] });
      expect(await store.head()).toBe(edge - 2n);
      const request = appendTo(stream, { expect: { version }, events: newEvents(4) });
      const outcome = await store.append(request);
      expect(outcome).toMatchObject({ firstPosition: edge - 1n, lastPosition: edge + 2n, versions: [version + 4] });
      expect(await store.append(request)).toEqual({ ...outcome, status: 'repeated' });
      expect(await store.append(appendTo(stream, { expect: { version } }))).toEqual({
        status: 'conflict',
        stream,
        actualVersion: version + 4,
      });
      const read = await readOut(store, edge - 2n, 3);
      expect(read.map((event) => event.position)).toEqual([-1n, 0n, 1n, 2n].map((offset) => edge + offset));
      expect((await store.readStream(stream, version + 2, 10)).events.map((event) => event.version)).toEqual([
        version + 3,
        version + 4,
      ]);
      expect(await store.positionAt(Date.now() + 60_000)).toBe(edge + 2n);
      expect(await store.positionAt(0)).toBe(edge - 2n);
      await store.close();
    }
  });
}

function describeDensePositions(store: () => EventStore): void {
  it('an append has as many positions as events', async () => {
    const outcome = stored(await store().append(appendTo(newStream(), { events: newEvents(1_000) })));
    expect(outcome.lastPosition).toBe(outcome.firstPosition + 999n);
  });

  it('a conflict burns none', async () => {
    const taken = newStream();
    await store().append(appendTo(taken));
    const before = await store().head();
    await Promise.all([
      store().append(appendTo(newStream(), { events: newEvents(2) })),
      store().append(appendTo(taken, { expect: 'none', events: newEvents(3) })),
      store().append(appendTo(newStream())),
    ]);
    expect(await store().head()).toBe(before + 3n);
    expect(firstHole([before, ...(await readOut(store(), before)).map(({ position }) => position)])).toBeUndefined();
  });

  it('concurrent appends leave no gap', async () => {
    const before = await store().head();
    await Promise.all(
      Array.from({ length: 100 }, () => store().append(appendTo(newStream(), { events: newEvents(2) }))),
    );
    const seen = (await readOut(store(), before, 40)).map(({ position }) => position);
    expect(seen).toHaveLength(200);
    expect(firstHole([before, ...seen])).toBeUndefined();
  });

  it('there is nothing to read beyond the head', async () => {
    expect((await store().readAll((await store().head()) + 1_000n, 10)).events).toEqual([]);
  });

  it('a page ends where its text is too much, also when one event alone is', async () => {
    const before = await store().head();
    const stream = newStream();
    const third = Math.ceil(MAX_PAGE_CHARACTERS / 3);
    // The second does not fit any page, the others fit two by two, and the last ones together.
    for (const characters of [third, MAX_PAGE_CHARACTERS + 1, third, third, third, 1, 1, 1])
      await store().append(appendTo(stream, { events: [newEvent({ data: { text: 'ا'.repeat(characters) } })] }));
    const ofLog = await pagesOf((last) => store().readAll(last?.position ?? before, 100));
    const ofStream = await pagesOf((last) => store().readStream(stream, last?.version ?? 0, 100));
    for (const pages of [ofLog, ofStream])
      expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[1], [2], [3, 4], [5, 6, 7, 8]]);
  });
}
