import { type BusRecord } from '../bus.port.js';
import { deadLetterOf } from './dead-letters.js';

const record: BusRecord = {
  ...{ partition: 1, offset: 2n, key: 'ada@example.com', value: '', bytes: Buffer.from('{}') },
  headers: { ce_subject: 'email:ada@example.com', 'safar-reason': 'forged' },
  writtenAt: Date.UTC(2026, 2, 21),
};
const from = { topic: 'in', at: Date.UTC(2026, 2, 22), partitions: 1 };

describe('a dead letter', () => {
  it('of somebody who was erased names nobody', () => {
    const letter = deadLetterOf(record, { reason: 'erased', errors: [], withoutValue: true, status: 'refused' }, from);
    expect(letter).not.toHaveProperty('bytes');
    expect(JSON.stringify(letter)).not.toContain('ada@');
  });

  it('says when its record was written first, also the second time', () => {
    const refused = { reason: 'invalid', errors: [], status: 'refused' } as const;
    const first = deadLetterOf(record, refused, from);
    expect(first.headers).toMatchObject({ 'safar-written-at': '2026-03-21T00:00:00.000Z', 'safar-reason': 'invalid' });
    const again = { ...record, headers: first.headers, writtenAt: Date.UTC(2026, 2, 25) };
    expect(deadLetterOf(again, refused, from).headers['safar-written-at']).toBe('2026-03-21T00:00:00.000Z');
  });
});
