import { type RecordedEvent } from '#kernel';
import { upcast } from './upcast.js';
import { createUpcast, EventNewerThanCodeError, type Lineage } from './upcasters.js';

const event = (type: string, schemaVersion: number, data: unknown): RecordedEvent => ({
  id: '018f0000-0000-8000-8000-00000000000a',
  type,
  schemaVersion,
  key: '018f0000-0000-8000-8000-000000000001',
  occurredAt: 0,
  recordedAt: 0,
  data,
  meta: { source: '/sources/test', correlationId: 'c', causationId: 'c' },
  stream: 'persona-1',
  version: 1,
  position: 1n,
});

/** Version 0 had one name; version 1 a list of names; version 2 counts them. */
const greeting: Lineage = {
  type: 'greeting',
  version: 2,
  upcasters: {
    0: ({ name, ...others }) => ({ ...others, ...(name !== undefined && { names: [name] }) }),
    1: (data) => ({ ...data, count: Array.isArray(data['names']) ? data['names'].length : null }),
  },
};
const lift = createUpcast([greeting]);

describe('an old event', () => {
  it('is lifted through every version up to the current one', () => {
    expect(lift(event('greeting', 0, { name: 'Ada', mood: 'good' }))).toMatchObject({
      schemaVersion: 2,
      data: { names: ['Ada'], mood: 'good', count: 1 },
    });
    expect(lift(event('greeting', 1, { names: ['Ada', 'Tala'] })).data).toEqual({ names: ['Ada', 'Tala'], count: 2 });
  });

  it('is lifted without its personal members, when its customer was erased', () => {
    expect(lift(event('greeting', 0, { mood: 'good' })).data).toEqual({ mood: 'good', count: null });
  });

  it('keeps what is sealed', () => {
    expect(lift(event('greeting', 0, { mood: 'good', sealed: 'q0' })).data).toMatchObject({ sealed: 'q0' });
  });
});

describe('an event of today', () => {
  it('is not touched', () => {
    const today = event('greeting', 2, { names: [], count: 0 });
    expect(lift(today)).toBe(today);
    const visit = event('touchpoint.visit', 1, {});
    expect(upcast(visit)).toBe(visit);
  });
});

describe('an event that is newer than the code', () => {
  it('stops its reader, by version or by type', () => {
    expect(() => lift(event('greeting', 3, {}))).toThrow(EventNewerThanCodeError);
    expect(() => lift(event('farewell', 1, {}))).toThrow(EventNewerThanCodeError);
    expect(() => upcast(event('touchpoint.visit', 2, {}))).toThrow('knows up to version 1');
  });
});

describe('a chain of upcasters', () => {
  it('must not have a hole', () => {
    expect(() => createUpcast([{ ...greeting, version: 3 }])).toThrow('nothing lifts greeting version 2');
  });

  it('must not go beyond the current version', () => {
    expect(() => createUpcast([{ ...greeting, version: 1 }])).toThrow('beyond');
  });
});
