import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { AppendOutcome, AppendRequest, EventStore, Expectation } from './event-store.port.js';
import {
  firstHole,
  firstStepBack,
  hashOf,
  newEvents,
  readOut,
  requestOf,
  versionsByStream,
} from './fixtures/append-requests.js';

/** A request of a random history; streams and earlier requests by number. */
interface Step {
  readonly parts: readonly {
    readonly stream: number;
    readonly expect: Expectation;
    readonly events: number;
    readonly close: boolean;
  }[];
  /** Instead, asks again for what an earlier request asked for. */
  readonly again?: number | undefined;
  /** Another body under the earlier id. */
  readonly otherHash: boolean;
}

const STREAMS = 4;

const expectation: fc.Arbitrary<Expectation> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('any' as const) },
  { weight: 1, arbitrary: fc.constant('none' as const) },
  { weight: 1, arbitrary: fc.constant('exists' as const) },
  { weight: 3, arbitrary: fc.record({ version: fc.nat({ max: 8 }) }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  parts: fc.uniqueArray(
    fc.record({
      stream: fc.nat({ max: STREAMS - 1 }),
      expect: expectation,
      events: fc.integer({ min: 1, max: 3 }),
      close: fc.integer({ min: 0, max: 29 }).map((chance) => chance === 0),
    }),
    { minLength: 1, maxLength: 3, selector: (part) => part.stream },
  ),
  again: fc.option(fc.nat({ max: 20 }), { nil: undefined, freq: 4 }),
  otherHash: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
});

/** Waves of requests that are asked for at the same moment. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

type Asked = readonly { readonly request: AppendRequest; readonly outcome: AppendOutcome }[];

async function run(store: EventStore, waves: readonly (readonly Step[])[]): Promise<Asked> {
  const streams = Array.from({ length: STREAMS }, () => `history-${randomUUID()}`);
  const asked: { request: AppendRequest; outcome: AppendOutcome }[] = [];
  for (const wave of waves) {
    const requests = wave.map((each): AppendRequest => {
      const earlier = each.again === undefined ? undefined : asked[each.again]?.request;
      if (earlier) return each.otherHash ? { ...earlier, requestHash: hashOf('other') } : earlier;
      return requestOf(
        each.parts.map((part) => ({
          stream: streams[part.stream] ?? '',
          expect: part.expect,
          events: newEvents(part.events),
          close: part.close,
        })),
      );
    });
    asked.push(
      ...(await Promise.all(requests.map(async (request) => ({ request, outcome: await store.append(request) })))),
    );
  }
  return asked;
}

/**
 * The sequential store that the concurrent one must look like: what was appended, in the order of positions, each held to its
 * expectation at that moment.
 */
function checkAgainstModel(asked: Asked): void {
  const versions = new Map<string, number>();
  const closed = new Set<string>();
  const appended = asked.flatMap(({ request, outcome }) =>
    outcome.status === 'appended' ? [{ request, outcome }] : [],
  );
  appended.sort((one, two) => Number(one.outcome.firstPosition - two.outcome.firstPosition));
  for (const { request, outcome } of appended) {
    const after = request.streams.map(({ stream, expect: expected, events, close }) => {
      const version = versions.get(stream) ?? 0;
      expect(closed.has(stream)).toBe(false);
      if (expected === 'none') expect(version).toBe(0);
      else if (expected === 'exists') expect(version).toBeGreaterThan(0);
      else if (expected !== 'any') expect(version).toBe(expected.version);
      versions.set(stream, version + events.length);
      if (close === true) closed.add(stream);
      return version + events.length;
    });
    expect(outcome.versions).toEqual(after);
  }
  for (const { outcome } of asked) {
    if (outcome.status === 'closed') expect(closed).toContain(outcome.stream);
    if (outcome.status === 'conflict')
      expect(outcome.actualVersion).toBeLessThanOrEqual(versions.get(outcome.stream) ?? 0);
  }
}

/** Whatever is asked for at the same moment, the log is one that could have been written by one caller at a time. */
export function describeHistories(store: () => EventStore, dense: boolean, numRuns: number): void {
  it('leave versions dense, positions and time in order, and store exactly what was answered as stored', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (waves) => {
        const before = await store().head();
        const asked = await run(store(), waves);
        const log = await readOut(store(), before);
        checkAgainstModel(asked);

        const places = log.map(({ position }) => position);
        expect(firstStepBack([before, ...places])).toBeUndefined();
        if (dense) expect(firstHole([before, ...places])).toBeUndefined();
        for (const versions of versionsByStream(log).values()) expect(firstHole([0, ...versions])).toBeUndefined();
        const times = log.map(({ recordedAt }) => recordedAt);
        expect(times).toEqual([...times].sort((one, two) => one - two));

        const byAppendId = new Map<string, AppendOutcome>();
        let storedEvents = 0;
        for (const { request, outcome } of asked) {
          if (outcome.status !== 'appended') continue;
          expect(byAppendId.has(request.appendId)).toBe(false);
          byAppendId.set(request.appendId, outcome);
          const events = request.streams.flatMap((part) => part.events.map(({ id }) => id));
          storedEvents += events.length;
          const from = places.indexOf(outcome.firstPosition);
          expect(log.slice(from, from + events.length).map(({ id }) => id)).toEqual(events);
          expect(places[from + events.length - 1]).toBe(outcome.lastPosition);
        }
        for (const { request, outcome } of asked)
          if (outcome.status === 'repeated')
            expect(outcome).toEqual({ ...byAppendId.get(request.appendId), status: 'repeated' });
        expect(log).toHaveLength(storedEvents);
      }),
      { numRuns },
    );
  });
}
