import { WriteUnknownError, type NewBusRecord } from '../bus.port.js';
import { coveredEnds } from './verified-writer.js';

const record = (partition: number): NewBusRecord => ({ partition, key: 'k', headers: {}, value: '{}' });
const answer = (partition: number, baseOffset: string, errorCode = 0) => ({
  ...{ topicName: 't', partition, baseOffset, errorCode },
});

describe('the answer to a write', () => {
  it('tells the offset behind the last record of each partition', () => {
    const ends = coveredEnds([record(0), record(2), record(0)], [answer(0, '7'), answer(2, '40')]);
    expect([...ends]).toEqual([
      [0, 9n],
      [2, 41n],
    ]);
  });

  it('is worth nothing where a partition is left out, as kafkajs does after tries of its own', () => {
    expect(() => coveredEnds([record(0), record(2)], [answer(0, '7')])).toThrow(WriteUnknownError);
  });

  it('is worth nothing where a partition failed', () => {
    expect(() => coveredEnds([record(0)], [answer(0, '-1', 19)])).toThrow(/leaves partition 0 out/);
  });
});
