import { type BusRecord } from '../bus.port.js';
import { deadLetterOf } from './dead-letters.js';

const record: BusRecord = {
  ...{ partition: 1, offset: 2n, key: 'ada@example.com', value: '', bytes: Buffer.from('{"email":"ada@example.com"}') },
  headers: {
    ...{ ce_subject: 'email:ada@example.com', 'safar-reason': 'forged', 'content-type': 'application/json' },
    ...{ traceparent: 'ada@example.com', ce_type: 'com.example.opened' },
  },
  writtenAt: Date.UTC(2026, 2, 21),
};
const outcome = { reason: 'invalid', errors: [], status: 'refused' } as const;
const from = { topic: 'in', at: Date.UTC(2026, 2, 22), partitions: 1 };

describe('a dead letter', () => {
  it('names nobody: no key, no value, and of the headers those that say how to read it', () => {
    const letter = deadLetterOf({ record, outcome }, { as: 'some-id' }, from);
    expect(letter).toEqual({
      ...{ partition: 0, key: '', value: '' },
      headers: {
        'content-type': 'application/json',
        ce_type: 'com.example.opened',
        'safar-dead-letter-id': 'in/1/2',
        'safar-reason': 'invalid',
        'safar-errors': '[]',
        'safar-from-topic': 'in',
        'safar-from-partition': '1',
        'safar-from-offset': '2',
        'safar-refused-at': '2026-03-22T00:00:00.000Z',
        'safar-written-at': '2026-03-21T00:00:00.000Z',
        'safar-send-again-to': 'in',
        'safar-kept': 'quarantine',
        'safar-quarantine-id': 'some-id',
      },
    });
  });

  it('says why what was sent is not kept', () => {
    const { headers } = deadLetterOf({ record, outcome }, { not: 'no_room' }, from);
    expect(headers).toMatchObject({ 'safar-kept': 'no_room' });
    expect(headers).not.toHaveProperty('safar-quarantine-id');
  });

  it('says when its record was written first, also the second time, and nothing that is no time', () => {
    const writtenAt = (headers: BusRecord['headers']) =>
      deadLetterOf({ record: { ...record, headers }, outcome }, { as: 'some-id' }, from).headers['safar-written-at'];
    expect(writtenAt({ 'safar-written-at': '2026-03-20T00:00:00.000Z' })).toBe('2026-03-20T00:00:00.000Z');
    for (const said of [
      '2099-01-01T00:00:00.000Z',
      'ada@example.com',
      '0000-01-01T00:00:00Z',
      '-271821-04-20T00:00:00Z',
      '1970-01-01T00:00:00Z',
    ])
      expect(writtenAt({ 'safar-written-at': said })).toBe('2026-03-21T00:00:00.000Z');
  });
});
