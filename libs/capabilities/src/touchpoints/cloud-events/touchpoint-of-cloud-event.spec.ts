import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  exampleEventData,
  exampleTouchpoint,
  type IncomingCloudEvent,
  parseIncomingCloudEvent,
  parseTouchpoint,
  toCloudEvent,
  touchpointKinds,
} from '#contracts';
import { sourceOf, touchpointOfCloudEvent } from './touchpoint-of-cloud-event.js';

const receivedAt = Date.UTC(2026, 2, 21, 12);
const digest = (text: string): string =>
  [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 2 ** 32, 7).toString(16);
const context = { receivedAt, digest };
const event = (extra: Partial<IncomingCloudEvent>): IncomingCloudEvent => ({
  ...{ id: 'e-1', source: '/sources/crm', type: 'com.example.opened', time: '2026-03-20T10:00:00Z', extensions: {} },
  ...extra,
});
const touchpoint = (extra: Partial<IncomingCloudEvent>) => {
  const read = touchpointOfCloudEvent(event(extra), context);
  return read.ok ? parseTouchpoint(read.value, receivedAt) : read;
};

describe('a CloudEvent', () => {
  it.each(touchpointKinds)('that holds a touchpoint of kind %s is that touchpoint', (kind) => {
    const { id, source, occurredAt, ...body } = exampleTouchpoint(kind, 'fa');
    const expected = { id: 'e-1', source: 'crm', occurredAt: '2026-03-20T10:00:00.000Z', data: body.data };
    expect(touchpoint({ type: 'touchpoint', data: body })).toMatchObject({ ok: true, value: expected });
    void [id, source, occurredAt];
  });

  it('may leave its kind to its type', () => {
    const { kind: _kind, ...body } = exampleTouchpoint('complaint', 'en');
    expect(touchpoint({ type: 'touchpoint.complaint', data: body })).toMatchObject({
      ok: true,
      value: { kind: 'complaint' },
    });
  });

  it.each(touchpointKinds)('that was exported opened becomes the touchpoint that it was made of: %s', (kind) => {
    const exported = toCloudEvent({
      ...{ id: '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50', type: `touchpoint.${kind}`, schemaVersion: 1, key: 'k' },
      ...{ occurredAt: Date.UTC(2026, 2, 4), meta: { source: '/sources/crm', correlationId: 'c', causationId: 'c' } },
      ...{ stream: 's', version: 1, position: 1n, recordedAt: receivedAt, data: exampleEventData(kind, 'en') },
    });
    const read = parseIncomingCloudEvent(JSON.parse(JSON.stringify(exported)));
    if (!read.ok) throw new Error(JSON.stringify(read.reason));
    const expected = { ...exampleTouchpoint(kind, 'en'), occurredAt: '2026-03-04T00:00:00.000Z' };
    expect(touchpoint(read.value)).toEqual({ ok: true, value: expected });
  });

  it('that was exported sealed names nobody, and is refused', () => {
    const { identifiers: _identifiers, ...sealed } = exampleEventData('visit', 'en');
    expect(touchpoint({ type: 'touchpoint.visit', data: sealed })).toMatchObject({
      reason: [{ pointer: '/data/identifiers', code: 'required' }],
    });
  });

  it.each(['persona.erased', 'audit.personal_data_exported', 'touchpoint.nonsense'])(
    'of the type %s is not reported',
    (type) => {
      expect(touchpoint({ type, data: {}, subject: 'email:a@b.example' })).toMatchObject({
        reason: [{ pointer: '/type' }],
      });
    },
  );

  it('of any other type is kept whole, under the end of its type', () => {
    const data = { message: 'Hello World!' };
    expect(touchpoint({ subject: 'email:Ada@example.com', data, extensions: { partition: 3 } })).toMatchObject({
      ok: true,
      value: {
        kind: 'custom:com_example_opened',
        identifiers: [{ kind: 'email', value: 'Ada@example.com' }],
        data: { data, source: '/sources/crm', type: 'com.example.opened', extensions: { partition: 3 } },
      },
    });
  });

  it.each([
    ['42', 'crm/42'],
    ['https://example.com/42', 'crm/https://example.com/42'],
    ['urn:isbn:1', 'crm/urn:isbn:1'],
  ])('has a subject that only its source knows: %s', (subject, value) => {
    expect(touchpoint({ subject })).toMatchObject({ value: { identifiers: [{ kind: 'subject', value }] } });
  });

  it('about nobody is refused, unless the address of the request says who', () => {
    expect(touchpoint({})).toMatchObject({ ok: false, reason: [{ pointer: '/subject', code: 'required' }] });
    const read = touchpointOfCloudEvent(event({}), { ...context, customer: 'customer_number:7' });
    expect(read).toMatchObject({ value: { identifiers: [{ kind: 'customer_number', value: '7' }] } });
  });

  it.each([
    ['/sources/web-shop', 'web-shop'],
    ['web-shop', 'web-shop'],
    ['#fragment', /^fragment-[0-9a-f]+$/],
    ['https://cloudevents.io', /^cloudevents\.io-[0-9a-f]+$/],
    [`https://example.com/${'x'.repeat(300)}`, /^example\.com-x{38}-[0-9a-f]+$/],
    ['//…', /^[0-9a-f]+$/],
  ])('of the source %s is of one that has a name here', (uri, expected) => {
    expect(sourceOf(uri, digest)).toMatch(expected);
    expect(touchpoint({ source: uri, subject: 'a' })).toMatchObject({ ok: true });
  });

  it('of a source of any length is read at once: in the square of its length it would take a day', () => {
    expect(sourceOf(`x:a${'.'.repeat(1_000_000)}a`, digest)).toMatch(/^a-[0-9a-f]+$/);
  });
});

interface Case {
  readonly id: string;
  readonly event?: unknown;
  readonly batch?: readonly unknown[];
}
const cases = (file: string): readonly Case[] =>
  (
    JSON.parse(readFileSync(path.resolve(__dirname, '../../../../../test/fixtures/cloud-events', file), 'utf8')) as {
      tests: Case[];
    }
  ).tests;

describe('the conformance payloads', () => {
  it.each(cases('valid-events.json'))('$id is valid, and a touchpoint when it is said of whom', ({ event: sent }) => {
    const read = parseIncomingCloudEvent(sent);
    if (!read.ok) throw new Error(JSON.stringify(read.reason));
    const made = touchpointOfCloudEvent(read.value, { ...context, customer: 'customer_number:7' });
    expect(made.ok && parseTouchpoint(made.value, receivedAt)).toMatchObject({ ok: true });
  });

  it.each(cases('invalid-events.json'))('$id is refused', ({ event: sent }) => {
    expect(parseIncomingCloudEvent(sent)).toMatchObject({ ok: false });
  });

  it.each([...cases('valid-batches.json'), ...cases('invalid-batches.json')])(
    '$id is judged event by event',
    ({ id, batch = [] }) => {
      const bad = batch.filter((sent) => !parseIncomingCloudEvent(sent).ok);
      expect(bad).toHaveLength(id.startsWith('invalid') ? 1 : 0);
    },
  );
});
