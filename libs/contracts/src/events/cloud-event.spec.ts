import { type RecordedEvent } from '#kernel';
import { exampleEventData } from '../touchpoints/kinds/examples.js';
import { CloudEventDto } from './cloud-event.dto.js';
import { fromCloudEvent, toCloudEvent } from './cloud-event.js';
import { compileReader } from './compiled/compile-reader.js';
import { check } from './fields/check.js';

const event: RecordedEvent = {
  id: '7d0f9a3e-52c1-8b6e-a1d4-0c9b8a7f6e5d',
  type: 'touchpoint.purchase',
  schemaVersion: 1,
  key: '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50',
  occurredAt: Date.parse('2026-03-02T10:15:00.120Z'),
  data: exampleEventData('purchase', 'fa'),
  meta: { source: '/sources/web-shop', correlationId: '4bf92f3577b34da6a3ce929d0e0e4736', causationId: 'request-1' },
  stream: 'persona-0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50',
  version: 2 ** 31 + 5,
  position: 2n ** 62n,
  recordedAt: Date.parse('2026-03-02T10:15:00.300Z'),
};
const sent: unknown = JSON.parse(JSON.stringify(toCloudEvent(event)));
const changed = (change: object): readonly string[] => {
  const read = fromCloudEvent({ ...(sent as object), ...change });
  return read.ok ? [] : read.reason.map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('an event as CloudEvents 1.0', () => {
  it('has the attributes of the specification and ours as extensions', () => {
    expect(sent).toEqual({
      specversion: '1.0',
      id: event.id,
      source: '/sources/web-shop',
      type: 'touchpoint.purchase',
      subject: event.key,
      time: '2026-03-02T10:15:00.120Z',
      datacontenttype: 'application/json',
      dataschema: '/v1/schemas/touchpoint.purchase/1',
      stream: event.stream,
      streamversion: '2147483653',
      position: '4611686018427387904',
      recordedat: '2026-03-02T10:15:00.300Z',
      correlationid: '4bf92f3577b34da6a3ce929d0e0e4736',
      causationid: 'request-1',
      data: event.data,
    });
  });

  it('names its attributes in lower-case letters and digits, at most 20', () => {
    for (const name of Object.keys(sent as object)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it('has no empty attribute and none that is not text', () => {
    const { data: _data, ...attributes } = sent as Record<string, unknown>;
    for (const value of Object.values(attributes)) expect(value).toEqual(expect.stringMatching(/./));
    expect(_data).toBeDefined();
  });

  it('tells strangers where its schema is', () => {
    const { dataschema } = toCloudEvent(event, 'https://safar.example');
    expect(new URL(dataschema).href).toBe('https://safar.example/v1/schemas/touchpoint.purchase/1');
    expect(changed({ dataschema })).toEqual([]);
  });

  it('comes back as it was', () => {
    expect(fromCloudEvent(sent)).toEqual({ ok: true, value: event });
  });
});

describe('a CloudEvent is refused', () => {
  it.each(['specversion', 'id', 'type', 'source', 'data', 'position'])('without %s', (name) => {
    expect(changed({ [name]: undefined })).toEqual([`/${name} required`]);
  });

  it.each([
    ['specversion', '0.3'],
    ['specversion', ''],
    ['id', ''],
    ['id', 12],
    ['id', {}],
    ['type', ''],
    ['source', ''],
    ['subject', ''],
    ['time', 'lunchtime'],
    ['time', '2018-04-05T18:31Z'],
    ['time', '2018-04-05T18:31:00X'],
    ['time', '2018-04-05T18:31:00+25:00'],
    ['time', '2018-04-05T18:31:00+05'],
    ['datacontenttype', 'xyz'],
    ['dataschema', ''],
    ['dataschema', '/v1/schemas/touchpoint.visit/1'],
    ['position', '-1'],
    ['position', 5],
    ['data', 'text'],
    ['MyExtension', 'bad'],
    ['my.extension', 'bad'],
    ['data_base64', 'eyAieHl6IjogMTIzIH0='],
  ])('with %s = %j', (name, value) => {
    expect(changed({ [name]: value })).toHaveLength(1);
  });

  it('by class-validator, whatever the compiled rules take', () => {
    const read = compileReader(CloudEventDto);
    const taken = (value: object) => read(value, { bytes: 0, units: 0 }) !== undefined;
    expect(taken(sent as object)).toBe(true);
    const values: readonly unknown[] = [
      ...['', ' ', 'x', 'a\u0000', '\ud800', '\u202e', 'x'.repeat(600), '0', '1', '٣', '2026-03-02T10:15:00+24:00'],
      ...[5, null, {}, [], undefined],
    ];
    for (const name of [...Object.keys(sent as object), 'traceparent', 'tracestate', 'other'])
      for (const value of values) {
        const altered = { ...(sent as object), [name]: value };
        const { broken } = check(CloudEventDto, altered);
        // The other way round costs time and no more: class-validator is asked then.
        if (taken(altered)) expect([name, value, broken]).toEqual([name, value, []]);
      }
  });

  it('when it is no object', () => {
    for (const value of [null, [], 'x', 1]) expect(fromCloudEvent(value).ok).toBe(false);
  });
});
