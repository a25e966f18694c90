import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppendFault, FakeEventStoreDb, type FakeEventStoreDbOptions, until } from '#testing';
import {
  AppendOutcomeUnknownError,
  AppendTooLargeError,
  type FinishedFlush,
  type OperatedEventStore,
  StoreBusyError,
  StoreFencedError,
  StoreGuardError,
  StoreUnavailableError,
} from '../event-store.port.js';
import {
  appendTo,
  firstHole,
  hashOf,
  newEvent,
  newEvents,
  newStream,
  readOut,
  requestOf,
  stored,
  versionsByStream,
} from '../fixtures/append-requests.js';
import { eventStoreDbReport, raiseEventStoreDbEpoch } from './admin.js';
import { type EventStoreDbOptions, openEventStoreDb } from './eventstoredb-event-store.js';

let fakes: FakeEventStoreDb[] = [];
let stores: OperatedEventStore[] = [];

async function startFake(options: FakeEventStoreDbOptions = {}): Promise<FakeEventStoreDb> {
  const fake = await FakeEventStoreDb.start(options);
  fakes.push(fake);
  return fake;
}

/** A process that has the store open. */
async function open(fake: FakeEventStoreDb, options: Partial<EventStoreDbOptions> = {}): Promise<OperatedEventStore> {
  const store = await openEventStoreDb({ url: fake.url, pollMs: 50, answerMs: 2_000, claimMs: 100, ...options });
  stores.push(store);
  return store;
}

afterEach(async () => {
  // Forgotten first: what one test left hanging is not for all the others to wait for.
  const [servers, open] = [fakes, stores];
  [fakes, stores] = [[], []];
  for (const fake of servers) [fake.faults.append, fake.faults.read] = [undefined, () => undefined];
  await Promise.all(open.map((store) => store.close()));
  await Promise.all(servers.map((fake) => fake.stop()));
});

/** Happens to the next appends to streams whose name has this in it. */
function next(fake: FakeEventStoreDb, part: string, fault: AppendFault, times = 1): void {
  let left = times;
  fake.faults.append = (stream) => (stream.includes(part) && left-- > 0 ? fault : undefined);
}

const ambiguous: readonly AppendFault[] = [
  ...(['break-after', 'break-before', 'swallow-answer', 'time-out', 'time-out-after', 'busy', 'fall-silent'] as const),
];
const CLAIM = 'safar.';
const MAKE_GOOD = 'safar:append-';

describe('an append whose answer is lost', () => {
  it.each(ambiguous.flatMap((fault) => [CLAIM, MAKE_GOOD].map((where) => [fault, where] as const)))(
    'is stored once (%s at %s)',
    async (fault, where) => {
      const fake = await startFake();
      const store = await open(fake);
      const [one, two] = [newStream(), newStream()];
      await store.append(appendTo(one));
      next(fake, where, fault);
      const request = requestOf([
        { stream: one, expect: { version: 1 }, events: newEvents(2) },
        { stream: two, expect: 'none', events: newEvents(1) },
      ]);
      const outcome = await store.append(request);
      expect(outcome).toMatchObject({ status: 'appended', versions: [3, 1] });
      expect((await store.readStream(one, 0, 10)).events.map(({ version }) => version)).toEqual([1, 2, 3]);
      expect(await readOut(store, 0n)).toHaveLength(4);
      expect(await store.append(request)).toEqual({ ...outcome, status: 'repeated' });
    },
  );

  it.each(['break-after', 'break-before'] as const)(
    'longer than patience is told as unknown, and a retry converges (%s)',
    async (fault) => {
      const fake = await startFake();
      const store = await open(fake, { patienceMs: 200 });
      const request = appendTo(newStream(), { expect: 'none' });
      next(fake, MAKE_GOOD, fault, 1_000);
      await expect(store.append(request)).rejects.toThrow(AppendOutcomeUnknownError);
      fake.faults.append = undefined;
      const outcome = stored(await (await open(fake)).append(request));
      expect(outcome).toMatchObject({ status: fault === 'break-after' ? 'repeated' : 'appended', versions: [1] });
      expect(await readOut(store, 0n)).toHaveLength(1);
    },
  );
});

describe('several processes', () => {
  it('give up the claim of one that died, and it gets its turn later', async () => {
    const fake = await startFake();
    const [dying, living] = [await open(fake, { patienceMs: 100 }), await open(fake)];
    const stream = newStream();
    const request = appendTo(stream);
    next(fake, MAKE_GOOD, 'break-before', 1_000);
    await expect(dying.append(request)).rejects.toThrow(AppendOutcomeUnknownError);
    fake.faults.append = undefined;
    expect((await living.readStream(stream, 0, 10)).events).toEqual([]);
    expect(await living.append(appendTo(stream))).toMatchObject({ versions: [1] });
    expect(await living.append(request)).toMatchObject({ status: 'appended', versions: [2] });
    expect((await dying.readStream(stream, 0, 10)).events.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('never let a claim count that was given up, however late its owner comes', async () => {
    const fake = await startFake();
    const [slow, quick] = [await open(fake), await open(fake)];
    const stream = newStream();
    const [late, early] = [appendTo(stream, { events: newEvents(3) }), appendTo(stream)];
    // What the owner asks for is not answered for a while; that its claim is given up is.
    let isHeld = true;
    fake.faults.append = (name, type) =>
      isHeld && name.endsWith(`append-${late.appendId}`) && type === 'thing.happened' ? 'time-out' : undefined;
    const lateAppend = slow.append(late);
    await sleep(50);
    expect(await quick.append(early)).toMatchObject({ status: 'appended', versions: [1] });
    isHeld = false;
    expect(await lateAppend).toMatchObject({ status: 'appended', versions: [4] });
    const versions = (await quick.readStream(stream, 0, 10)).events.map(({ version }) => version);
    expect(versions).toEqual([1, 2, 3, 4]);
    expect((await readOut(quick, 0n)).map(({ version }) => version)).toEqual(versions);
  });

  it('store each append once and leave no hole, whatever happens to their answers', async () => {
    const fake = await startFake();
    const patient = { patienceMs: 90_000 };
    const processes = [await open(fake, patient), await open(fake, patient), await open(fake, patient)];
    const streams = [newStream(), newStream(), newStream()];
    let calls = 0;
    fake.faults.append = () => (++calls % 7 === 0 ? ambiguous[(calls / 7) % ambiguous.length] : undefined);
    const requests = Array.from({ length: 24 }, (_, index) =>
      requestOf(
        [streams[index % 3], streams[(index + 1) % 3]].slice(0, 1 + (index % 2)).map((stream) => ({
          ...{ stream: stream ?? '', expect: 'any' as const, events: newEvents(1 + (index % 2)) },
        })),
      ),
    );
    // Each is asked for by two processes.
    const answers = await Promise.all(
      requests.flatMap((request, index) =>
        [0, 1].map(async (offset) => ({ request, outcome: await processes[(index + offset) % 3]?.append(request) })),
      ),
    );
    fake.faults.append = undefined;
    const log = await readOut(processes[0]!, 0n);
    expect(log.map(({ id }) => id).sort()).toEqual(
      requests.flatMap(({ streams }) => streams.flatMap(({ events }) => events.map(({ id }) => id))).sort(),
    );
    for (const versions of versionsByStream(log).values()) expect(firstHole([0, ...versions])).toBeUndefined();
    for (const stream of streams)
      expect((await processes[1]!.readStream(stream, 0, 100)).events).toEqual(
        log.filter((event) => event.stream === stream),
      );
    for (const { outcome } of answers) expect(['appended', 'repeated']).toContain(outcome?.status);
    expect(answers.filter(({ outcome }) => outcome?.status === 'appended')).toHaveLength(requests.length);
  });

  it('know each other’s append ids', async () => {
    const fake = await startFake();
    const [one, two] = [await open(fake), await open(fake)];
    const request = appendTo(newStream(), { events: [newEvent()] });
    const outcome = await one.append(request);
    expect(await two.append(request)).toEqual({ ...outcome, status: 'repeated' });
    // The same events for another stream, under the same append id.
    const elsewhere = requestOf([{ ...request.streams[0]!, stream: newStream() }], request.appendId);
    expect(await two.append({ ...elsewhere, requestHash: hashOf('other') })).toEqual({ status: 'id-reused' });
    expect(await readOut(two, 0n)).toHaveLength(1);
  });

  it('race for one append id with other streams: one is stored', async () => {
    const fake = await startFake();
    const processes = [await open(fake), await open(fake)];
    const events = [newEvent()];
    const appendId = randomUUID();
    const outcomes = await Promise.all(
      processes.map((process, index) =>
        process.append({
          ...requestOf([{ stream: newStream(), expect: 'any', events }], appendId),
          requestHash: hashOf(String(index)),
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['appended', 'id-reused']);
    expect(await readOut(processes[0]!, 0n)).toHaveLength(1);
  });
});

describe('what a server refuses', () => {
  it('more than it takes in one append is told, stores nothing and holds up nobody', async () => {
    const store = await open(await startFake(), { claimMs: 60_000 });
    const stream = newStream();
    const large = newEvents(3).map((event) => ({ ...event, data: { text: 'x'.repeat(400_000) } }));
    await expect(store.append(appendTo(stream, { events: large }))).rejects.toThrow(AppendTooLargeError);
    expect(await store.append(appendTo(stream, { events: large.slice(0, 2) }))).toMatchObject({ versions: [2] });
  });

  it('a stream that was deleted by hand is told with a remedy', async () => {
    const fake = await startFake();
    const store = await open(fake);
    const stream = newStream();
    await store.append(appendTo(stream));
    fake.log.tombstone(`safar.${stream}`);
    await expect(store.append(appendTo(stream))).rejects.toThrow(StoreGuardError);
    await expect(store.readStream(stream, 0, 1)).rejects.toThrow('deleted');
  });

  it('access is told with a remedy, at the start', async () => {
    const fake = await startFake();
    next(fake, 'safar:store', 'access-denied');
    await expect(open(fake)).rejects.toThrow('must be allowed to write');
    fake.faults.append = undefined;
    fake.faults.read = () => 'access-denied';
    await expect(open(fake)).rejects.toThrow(StoreGuardError);
    delete fake.faults.read;
  });

  it('a server without positions in streams is too old', async () => {
    const fake = await startFake({ positionsInStreams: false });
    await expect(open(fake)).rejects.toThrow('22.6');
  });

  it('a follower sends on to its leader', async () => {
    const leader = await startFake();
    const follower = await startFake({ leader });
    const store = await open(follower);
    expect(await store.append(appendTo(newStream()))).toMatchObject({ status: 'appended' });
    expect(follower.calls.append).toBeLessThan(leader.calls.append);
    expect(await readOut(store, 0n)).toHaveLength(1);
  });
});

describe('limits and guards', () => {
  it('many appends at once open few streams on the connection', async () => {
    const fake = await startFake();
    const store = await open(fake, { answerMs: 10_000 });
    await Promise.all(Array.from({ length: 150 }, () => store.append(appendTo(newStream()))));
    expect(fake.mostStreams).toBeLessThan(100);
  });

  it('a full queue refuses', async () => {
    const store = await open(await startFake(), { queueLimit: 3 });
    const asked = Array.from({ length: 3 }, () => store.append(appendTo(newStream())));
    await expect(store.append(appendTo(newStream()))).rejects.toThrow(StoreBusyError);
    await Promise.all(asked);
    expect(await store.append(appendTo(newStream()))).toMatchObject({ status: 'appended' });
  });

  it('positions beyond 2^53 keep all their digits', async () => {
    const store = await open(await startFake({ startPosition: 2n ** 60n + 1n }));
    const { lastPosition } = stored(await store.append(appendTo(newStream())));
    expect(lastPosition).toBeGreaterThan(2n ** 60n);
    expect(await store.head()).toBe(lastPosition);
    expect((await store.readAll(lastPosition, 10)).events).toEqual([]);
    const [event] = (await store.readAll(0n, 10)).events;
    expect(event?.position).toBe(lastPosition);
  });

  it('a process talks to one server, in the throwing mode', async () => {
    const [fake, other] = [await startFake(), await startFake()];
    await open(fake);
    await expect(open(other)).rejects.toThrow('one EventStoreDB');
    await expect(open(fake, { url: `${fake.url}&throwOnAppendFailure=false` })).rejects.toThrow(Error);
  });

  it('another epoch than expected is refused', async () => {
    const fake = await startFake();
    expect((await open(fake)).epoch).toBe(1n);
    await expect(open(fake, { expectedEpoch: 2n })).rejects.toThrow(StoreFencedError);
  });

  it('what others keep on the server is none of its business', async () => {
    const fake = await startFake();
    const [one, two] = [await open(fake), await open(fake, { namespace: 'another' })];
    await one.append(appendTo('thing-1'));
    expect([await two.head(), await readOut(two, 0n), await two.readStream('thing-1', 0, 10)]).toEqual([
      ...[0n, [], { events: [], full: false }],
    ]);
    fake.writeSystemEvents(100);
    expect(await two.append(appendTo('thing-1', { expect: 'none' }))).toMatchObject({ versions: [1] });
    fake.writeSystemEvents(100);
    expect(await readOut(one, 0n)).toHaveLength(1);
    expect(await one.head()).toBeLessThan(await two.head());
  });

  it('times are found whatever lies between them', async () => {
    let now = 1_000_000;
    const store = await open(await startFake({ now: () => now }), { tickMs: 0 });
    const outcomes = [];
    for (let index = 0; index < 12; index++, now += 1_000)
      outcomes.push(stored(await store.append(appendTo(newStream(), { events: newEvents(2) }))));
    for (const { recordedAt, firstPosition, lastPosition } of outcomes) {
      expect(await store.positionAt(recordedAt)).toBe(lastPosition);
      expect(await store.positionAt(recordedAt - 1)).toBeLessThan(firstPosition);
    }
    expect(await store.positionAt(999_999)).toBe(0n);
  });
});

describe('a server that goes away', () => {
  it('is found again, with all that was acknowledged', async () => {
    const fake = await startFake();
    const store = await open(fake);
    await store.append(appendTo('thing-1'));
    await fake.stop();
    const asked = Array.from({ length: 20 }, () => store.append(appendTo('thing-1')));
    await sleep(100);
    const again = await startFake({ port: fake.port, log: fake.log });
    for (const outcome of await Promise.all(asked)) expect(outcome.status).toBe('appended');
    expect((await store.readStream('thing-1', 0, 100)).events.map(({ version }) => version)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
    expect(again.calls.append).toBeGreaterThan(0);
  });
});

describe('what programs ask of it', () => {
  it('a time is settled once the server is beyond it, and asking is no burden', async () => {
    const fake = await startFake();
    const store = await open(fake);
    const { lastPosition, recordedAt } = stored(await store.append(appendTo(newStream())));
    await until(() => Date.now() > recordedAt + 1, 'the time is over');
    expect(await Promise.all([1, 2, 3].map(() => store.settledPositionAt(recordedAt)))).toEqual(
      Array.from({ length: 3 }, () => lastPosition),
    );
    const before = fake.calls.append;
    const far = recordedAt + 3_600_000;
    const asked = await Promise.all(Array.from({ length: 20 }, () => store.settledPositionAt(far)));
    expect(asked).toEqual(asked.map(() => undefined));
    expect(fake.calls.append - before).toBeLessThan(10);
    expect(await store.settledPositionAt(recordedAt)).toBe(lastPosition);
  });

  it('a position that is none is told from an event, and from a server that is away', async () => {
    const fake = await startFake();
    const store = await open(fake, { patienceMs: 100 });
    const { lastPosition } = stored(await store.append(appendTo(newStream())));
    expect(await store.eventAt(lastPosition - 1n)).toBeUndefined();
    await expect(store.readAll(lastPosition - 1n, 10)).rejects.toThrow('no event has this position');
    fake.faults.read = () => 'unavailable';
    await expect(store.eventAt(lastPosition)).rejects.toThrow(StoreUnavailableError);
    await expect(store.checkWritable()).rejects.toThrow(StoreUnavailableError);
  });

  it('an append of which nothing can be read back is not told as failed, and converges', async () => {
    const fake = await startFake();
    const store = await open(fake, { patienceMs: 100 });
    const request = appendTo(newStream());
    // Of its two writes, the second decides.
    let writes = 0;
    fake.faults.append = () => {
      if (++writes === 2) fake.faults.read = () => 'unavailable';
      return undefined;
    };
    await expect(store.append(request)).rejects.toThrow(AppendOutcomeUnknownError);
    fake.faults.read = () => undefined;
    expect(await store.append(request)).toMatchObject({ status: 'repeated', versions: [1] });
  });

  it('who has it open learns of a new epoch', async () => {
    const fake = await startFake();
    const store = await open(fake, { epochCheckMs: 20 });
    await store.checkWritable();
    expect(await raiseEventStoreDbEpoch({ url: fake.url }, 7n)).toBe(8n);
    expect(await store.fenced).toMatchObject({ message: expect.stringContaining('epoch 8') as string });
    expect(await eventStoreDbReport({ url: fake.url })).toMatchObject({ storeId: store.storeId, epoch: 8n });
  });

  it('each append is told of as a write of its own', async () => {
    const flushes: FinishedFlush[] = [];
    const store = await open(await startFake(), { onFlushed: (flush) => flushes.push(flush) });
    await store.append(appendTo(newStream(), { events: newEvents(2) }));
    expect(flushes).toMatchObject([{ events: 2, failed: false }]);
    expect([...(flushes[0]?.metadata() ?? [])]).toHaveLength(2);
    expect(store.load).toEqual({ events: 0, requests: 0 });
  });
});
