import { createHash } from 'node:crypto';
import { parseTouchpoint, type TouchpointDto } from '#contracts';
import { acceptTouchpoint, type AcceptContext } from './accept-touchpoint.js';

const uuid = (...parts: readonly string[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
const context: AcceptContext = { uuid, correlationId: 'request-1', causationId: 'request-1', defaultRegion: 'IR' };

const call = {
  id: 'call-1',
  source: 'pbx',
  kind: 'call',
  channel: 'phone',
  occurredAt: '2026-03-02T10:15:00+03:30',
  identifiers: [{ kind: 'phone', value: '۰۹۱۲ ۳۴۵ ۶۷۸۹' }],
  data: { initiatedBy: 'customer', outcome: 'answered', notes: 'نصاب نیامد', durationSeconds: 300 },
};

const given = (change: object = {}): TouchpointDto => {
  const parsed = parseTouchpoint({ ...call, ...change }, Date.parse('2026-03-10T00:00:00Z'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
};

const accepted = (change: object = {}, changed: Partial<AcceptContext> = {}) => {
  const result = acceptTouchpoint(given(change), { ...context, ...changed });
  if (!result.ok) throw new Error(JSON.stringify(result.reason));
  return result.value;
};

describe('an accepted touchpoint', () => {
  it('becomes an event of its kind, on the timeline of its first identifier', () => {
    const persona = uuid('persona', 'phone', '+989123456789');
    expect(accepted()).toMatchObject({
      touchpointId: 'call-1',
      event: {
        id: uuid('touchpoint', 'pbx', 'call-1'),
        type: 'touchpoint.call',
        schemaVersion: 1,
        key: persona,
        occurredAt: Date.parse('2026-03-02T06:45:00Z'),
        meta: { source: '/sources/pbx', correlationId: 'request-1', causationId: 'request-1' },
      },
    });
    expect(accepted().event.data).toEqual({
      kind: 'call',
      channel: 'phone',
      source: 'pbx',
      personas: [{ id: persona, kind: 'phone' }],
      touchpointId: 'call-1',
      identifiers: [{ kind: 'phone', value: '+989123456789' }],
      direction: 'rtl',
      details: call.data,
    });
  });

  it('is the same event when it is sent again', () => {
    expect(accepted()).toEqual(accepted());
  });

  it('is the same one when its id is spelled with other code points for the same letters', () => {
    expect(accepted({ id: 'cafe\u0301-1' })).toEqual(accepted({ id: 'caf\u00e9-1' }));
  });

  it('has one canonical text, however it is written', () => {
    const { canonical } = accepted();
    expect(accepted({ identifiers: [{ value: '+98 912 345 6789', kind: 'phone' }] }).canonical).toBe(canonical);
    expect(accepted({ occurredAt: '2026-03-02T06:45:00.000Z' }).canonical).toBe(canonical);
    expect(accepted({ data: { ...call.data, durationSeconds: 301 } }).canonical).not.toBe(canonical);
    expect(accepted({ channel: undefined }).canonical).not.toBe(canonical);
  });

  it('of a custom kind keeps its name, and shares one type of event', () => {
    const { event } = accepted({ kind: 'custom:open_day', data: { text: 'hello', guests: 2 } });
    expect(event).toMatchObject({ type: 'touchpoint.custom', data: { kind: 'custom:open_day', direction: 'ltr' } });
  });

  it('tells of the customer what it was told', () => {
    const profile = { name: 'نگار', country: 'IR' };
    expect(accepted({ profile }).event.data.profile).toEqual(profile);
    expect(accepted().event.data).not.toHaveProperty('profile');
  });

  it('without a channel has none', () => {
    expect(accepted({ channel: undefined }).event.data.channel).toBeNull();
  });

  it('without free text has no direction', () => {
    expect(accepted({ kind: 'visit', data: { pagesViewed: 2 } }).event.data).not.toHaveProperty('direction');
  });

  it('names every persona once, in the order of its identifiers', () => {
    const identifiers = [
      { kind: 'email', value: 'Ada@Example.com' },
      { kind: 'customer_number', value: '12347' },
      { kind: 'email', value: 'ada@example.com ' },
    ];
    const { event } = accepted({ identifiers });
    expect(event.data.personas.map(({ kind }) => kind)).toEqual(['email', 'customer_number']);
    expect(event.data.identifiers?.map(({ value }) => value)).toEqual(['ada@example.com', '12347']);
    expect(event.key).toBe(uuid('persona', 'email', 'ada@example.com'));
  });

  it('of another source is another event', () => {
    expect(accepted({ source: 'crm' }).event.id).not.toBe(accepted().event.id);
  });
});

describe('a touchpoint is refused', () => {
  const refused = (identifiers: readonly object[], changed: Partial<AcceptContext> = {}) => {
    const result = acceptTouchpoint(given({ identifiers }), { ...context, ...changed });
    return result.ok ? [] : result.reason.map(({ pointer, code }) => `${pointer} ${code}`);
  };

  it('when an identifier is none, and says which', () => {
    expect(
      refused([
        { kind: 'email', value: 'ada@example.com' },
        { kind: 'email', value: 'ada' },
        { kind: 'customer_number', value: 'unknown' },
      ]),
    ).toEqual(['/identifiers/1/value not_an_email', '/identifiers/2/value blocked_value']);
  });

  it('when a national number has no nation', () => {
    const result = acceptTouchpoint(given(), { uuid, correlationId: 'request-1', causationId: 'request-1' });
    expect(result).toMatchObject({ ok: false, reason: [{ code: 'phone_without_country' }] });
  });
});
