import { exampleTouchpoint, parseTouchpoint, type TouchpointResult } from '#contracts';
import { type BusRecord, type InboundOutcome } from '#platform/bus';
import { AppendTooLargeError, StoreBusyError, StoreUnavailableError } from '#platform/event-store';
import { type RecordingContext, type RecordTouchpointsInto } from '../record-touchpoints.js';
import { createTakeInbound, type InboundPorts } from './take-inbound.js';

const noon = Date.UTC(2026, 2, 21, 12);
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
let offset = 0n;
const record = (bytes: Uint8Array, headers: BusRecord['headers'] = {}): BusRecord => ({
  ...{ partition: 3, offset: offset++, key: '', headers, value: '', bytes, writtenAt: noon },
});
const visit = (id: string): object => ({ ...exampleTouchpoint('visit', 'en'), id });
const cloudEvent = { specversion: '1.0', id: 'ce-1', source: '/sources/shop', type: 'touchpoint' };

/** Keeps what it is given, and judges it as the real one does before it stores. */
function recorder(
  judge: (id: string, context: RecordingContext) => Promise<TouchpointResult | undefined> = () =>
    Promise.resolve(undefined),
) {
  const calls: { readonly ids: readonly string[]; readonly context: RecordingContext }[] = [];
  const recordTouchpoints: RecordTouchpointsInto = async (values, context) => {
    const read = values.map((value) => parseTouchpoint(value, noon));
    calls.push({ ids: read.flatMap((one) => (one.ok ? [one.value.id] : [])), context });
    const results: TouchpointResult[] = [];
    for (const one of read)
      if (!one.ok) results.push({ status: 'refused', code: 'invalid', errors: one.reason });
      else {
        const { id } = one.value;
        const stored = { status: 'accepted', id, eventId: id, customerId: 'c', position: '1' } as const;
        results.push((await judge(id, context)) ?? stored);
      }
    return results;
  };
  return { calls, recordTouchpoints };
}

const portsWith = (
  recordTouchpoints: RecordTouchpointsInto,
  {
    anyErasedSince = () => Promise.resolve(false),
    checkWritable = () => Promise.resolve(),
  }: Partial<InboundPorts> = {},
): InboundPorts => ({
  ...{ topic: 'in', recordTouchpoints, clock: { now: () => noon }, anyErasedSince, checkWritable },
});

const codesOf = (outcome: InboundOutcome | undefined) =>
  outcome?.status === 'refused' ? [outcome.reason, ...outcome.errors.map(({ code }) => code)] : outcome?.status;

describe('a record of the inbound topic', () => {
  it.each<[string, Uint8Array, BusRecord['headers'], string]>([
    ['a touchpoint', json(visit('t-1')), {}, 't-1'],
    ['a touchpoint, whatever its content type says', json(visit('t-2')), { 'content-type': 'text/plain' }, 't-2'],
    ['a CloudEvent, told by itself', json({ ...cloudEvent, data: visit('t-3') }), {}, 't-3'],
    [
      'a CloudEvent in binary mode',
      json(exampleTouchpoint('visit', 'fa')),
      { ...Object.fromEntries(Object.entries(cloudEvent).map(([name, value]) => [`ce_${name}`, value])) },
      exampleTouchpoint('visit', 'fa').id,
    ],
    [
      'a CloudEvent in binary mode, with a content type as people write it',
      json(exampleTouchpoint('visit', 'fa')),
      {
        ...Object.fromEntries(Object.entries(cloudEvent).map(([name, value]) => [`ce_${name}`, value])),
        'content-type': `application/JSON${' '.repeat(1_000)}; charset=utf-8`,
      },
      exampleTouchpoint('visit', 'fa').id,
    ],
  ])('is %s', async (_what, bytes, headers, id) => {
    const { calls, recordTouchpoints } = recorder();
    expect(await createTakeInbound(portsWith(recordTouchpoints))([record(bytes, headers)], 0)).toEqual([
      { status: 'accepted' },
    ]);
    expect(calls.map(({ ids }) => ids)).toEqual([[id]]);
  });

  it('says in which trace it began, and what caused the event is the topic', async () => {
    const { calls, recordTouchpoints } = recorder();
    const records = [record(json({}), { traceparent }), record(json(visit('t')), { traceparent })];
    await createTakeInbound(portsWith(recordTouchpoints))(records, 0);
    expect(calls[0]?.context).toMatchObject({ causationId: 'in', traces: [{ traceparent }, { traceparent }] });
  });

  it('gets an outcome of its own, and a bad one never refuses its neighbours', async () => {
    const { recordTouchpoints } = recorder((id) =>
      Promise.resolve(id === 'reused' ? { status: 'refused', id, code: 'id_reused', errors: [] } : undefined),
    );
    const outcomes = await createTakeInbound(portsWith(recordTouchpoints))(
      [
        record(json(visit('good'))),
        record(Buffer.from([0x22, 0xff, 0x22])),
        record(Buffer.from('{"a":1')),
        record(Buffer.alloc(0)),
        record(Buffer.from('{"id":"a","id":"b"}')),
        record(Buffer.from(`"${'x'.repeat(40_000)}"`)),
        record(Buffer.from('['.repeat(40) + ']'.repeat(40))),
        record(json([visit('in a list')])),
        record(json({ specversion: '1.0' })),
        record(json(visit('reused'))),
        // What we keep of it differs from one reading to the next; its id says that it is the same.
        record(json({ ...cloudEvent, data: { ...visit('reused'), occurredAt: undefined } })),
        record(json(visit('last'))),
      ],
      0,
    );
    expect(outcomes.map(codesOf)).toEqual([
      'accepted',
      ['invalid', 'invalid_utf8'],
      ['invalid', 'malformed_json'],
      ['invalid', 'malformed_json'],
      ['invalid', 'duplicate_member'],
      ['invalid', 'too_large'],
      ['invalid', 'too_deep'],
      ['invalid', 'not_an_object'],
      expect.arrayContaining(['invalid', 'required']),
      ['id_reused'],
      'duplicate',
      'accepted',
    ]);
  });

  it('is told of without the names that its sender made up: they may be those of people', async () => {
    const { recordTouchpoints } = recorder();
    const data = { ...(exampleTouchpoint('visit', 'en').data as object), '09121234567': 1, page: 7 };
    const names = { 'ada.lovelace': 'a', data, identifiers: [{ kind: 'email', 'ali-rezaei': 1 }] };
    const custom = { kind: 'custom:mood', data: { 'ada-lovelace': 'bad\u0000text' } };
    const outcomes = await createTakeInbound(portsWith(recordTouchpoints))(
      [names, custom].map((more) => record(json({ ...visit('of people'), ...more }))),
      0,
    );
    const pointers = outcomes.map((one) => (one.status === 'refused' ? one.errors.map(({ pointer }) => pointer) : []));
    expect(JSON.stringify(pointers)).not.toMatch(/ada|lovelace|ali|rezaei|0912/);
    expect(pointers[0]).toEqual(expect.arrayContaining(['/…', '/data/…', '/data/page', '/identifiers/0']));
    expect(pointers[1]).toEqual(['/data/…']);
  });

  it('that was sent before somebody was erased is not stored, and not copied; its neighbours are', async () => {
    const asked: number[] = [];
    // As the real one: when one of them is gone, none of the call is stored.
    const { recordTouchpoints: keep } = recorder();
    const recordTouchpoints: RecordTouchpointsInto = async (values, context) => {
      const results = await keep(values, context);
      const ids = results.flatMap(({ id }) => id ?? []);
      if ((await context.stillThere?.(ids)) !== false) return results;
      return ids.map((id) => ({ status: 'refused', id, code: 'not_stored', errors: [] }));
    };
    const anyErasedSince: InboundPorts['anyErasedSince'] = (personas, since) => {
      asked.push(since);
      return Promise.resolve(personas.includes('erased'));
    };
    const records = [record(json(visit('one'))), record(json(visit('erased'))), record(json(visit('two')))];
    expect(await createTakeInbound(portsWith(recordTouchpoints, { anyErasedSince }))(records, 0)).toEqual([
      { status: 'accepted' },
      { status: 'refused', reason: 'erased', errors: [], withoutValue: true },
      { status: 'accepted' },
    ]);
    expect(new Set(asked)).toEqual(new Set([noon - 60_000]));
  });

  it('that was mended and sent again is judged by when it was written first', async () => {
    const asked: number[] = [];
    const { recordTouchpoints } = recorder(async (id, { stillThere }) => {
      await stillThere?.([id]);
      return undefined;
    });
    const anyErasedSince: InboundPorts['anyErasedSince'] = (_personas, since) => {
      asked.push(since);
      return Promise.resolve(false);
    };
    const take = createTakeInbound(portsWith(recordTouchpoints, { anyErasedSince }));
    const says = (text: string) => record(json(visit('again')), { 'safar-written-at': text });
    for (const text of ['2026-03-20T12:00:00.000Z', '2099-01-01T00:00:00.000Z', 'yesterday'])
      await take([says(text)], 0);
    expect(asked).toEqual([Date.UTC(2026, 2, 20, 11, 59), noon - 60_000, noon - 60_000]);
    await take([{ ...record(json(visit('ahead'))), writtenAt: noon + 99_000 }], 0);
    expect(asked.at(-1)).toBe(noon - 60_000);
  });
});

describe('a record that its sender stamped', () => {
  const stamped = (writtenAt: number, value: object = visit('forged')): BusRecord => ({
    ...record(json(value)),
    ...{ writtenAt, stampedBy: 'sender' },
  });

  it('is stored only where nobody whom it names was ever erased, whatever it says of when it was written', async () => {
    const asked: number[] = [];
    const { recordTouchpoints } = recorder(async (id, { stillThere }) => {
      const isThere = await stillThere?.([id]);
      return isThere === true ? undefined : { status: 'refused', id, code: 'not_stored', errors: [] };
    });
    const anyErasedSince: InboundPorts['anyErasedSince'] = (_personas, since) => {
      asked.push(since);
      return Promise.resolve(since <= noon - 3_600_000);
    };
    const take = createTakeInbound(portsWith(recordTouchpoints, { anyErasedSince }));
    for (const writtenAt of [noon, noon + 99_000, 0, -1, Number.MAX_SAFE_INTEGER])
      expect((await take([stamped(writtenAt)], 0)).map(codesOf)).toEqual([['erased']]);
    expect(new Set(asked)).toEqual(new Set([0]));
    expect((await take([record(json(visit('true')))], 0)).map(codesOf)).toEqual(['accepted']);
  });

  it('happened no later than now where it does not say when, and at no time that is none', async () => {
    const times: unknown[] = [];
    const take = createTakeInbound(
      portsWith((values) => {
        times.push(...values.map((value) => (value as { readonly occurredAt: string }).occurredAt));
        return Promise.resolve(values.map(() => ({ status: 'refused', code: 'invalid', errors: [] })));
      }),
    );
    const event = { ...cloudEvent, data: { ...visit('when'), occurredAt: undefined } };
    for (const writtenAt of [noon - 1_000, noon + 1_000, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])
      await take([stamped(writtenAt, event)], 0);
    expect(times).toEqual([noon - 1_000, noon, noon, noon].map((time) => new Date(time).toISOString()));
  });
});

describe('records that cannot be stored', () => {
  const poison = (error: Error) =>
    recorder((id) => (id === 'poison' ? Promise.reject(error) : Promise.resolve(undefined))).recordTouchpoints;
  const records = [record(json(visit('one'))), record(json(visit('poison'))), record(json(visit('two')))];

  it('wait while the store is busy, however often that is', async () => {
    const take = createTakeInbound(portsWith(poison(new StoreBusyError(100))));
    await expect(take(records, 50)).rejects.toThrow(StoreBusyError);
  });

  it('are tried apart when one is too large for the store', async () => {
    const outcomes = await createTakeInbound(portsWith(poison(new AppendTooLargeError(1))))(records, 0);
    expect(outcomes.map(codesOf)).toEqual(['accepted', ['too_large_for_store'], 'accepted']);
  });

  it('are tried together three times, then apart: what fails alone while the store takes others is set aside', async () => {
    const take = createTakeInbound(portsWith(poison(new Error('a mistake of ours'))));
    for (const failures of [0, 1, 2]) await expect(take(records, failures)).rejects.toThrow('a mistake of ours');
    expect((await take(records, 3)).map(codesOf)).toEqual(['accepted', ['failed'], 'accepted']);
  });

  it('wait while what they need is away, also where the store can be written', async () => {
    for (const error of [
      Object.assign(new Error('permission denied'), { code: '42501' }),
      new Error('Connection terminated unexpectedly'),
      new StoreUnavailableError('no answer'),
    ])
      await expect(createTakeInbound(portsWith(poison(error)))(records, 50)).rejects.toThrow(error);
  });

  it('are not to blame when all of many fail', async () => {
    const take = createTakeInbound(
      portsWith(recorder(() => Promise.reject(new Error('a mistake of ours'))).recordTouchpoints),
    );
    const many = Array.from({ length: 10 }, (_, n) => record(json(visit(`many-${String(n)}`))));
    await expect(take(many, 3)).rejects.toThrow('each of 10 records failed');
    expect((await take(many.slice(1), 3)).map(codesOf)).toEqual(many.slice(1).map(() => ['failed']));
  });

  it('are never set aside while nothing can be stored', async () => {
    const checkWritable = () => Promise.reject(new Error('the database is gone'));
    const take = createTakeInbound(portsWith(poison(new Error('no connection')), { checkWritable }));
    await expect(take(records, 50)).rejects.toThrow('the database is gone');
  });
});
