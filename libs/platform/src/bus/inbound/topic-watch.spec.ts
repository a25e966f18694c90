import { until } from '#testing';
import { openMemoryBus } from '../memory/memory-bus.js';
import { driftsIn, type TopicDrift } from '../kafka/topic-declaration.js';
import { watchTopic } from './topic-watch.js';

describe('a topic that is watched', () => {
  it('is told of when a setting is changed while it is read, once, and when it is mended', async () => {
    let type: string | Error = 'LogAppendTime';
    const bus = openMemoryBus({
      topics: { in: 1 },
      settings: () => {
        if (type instanceof Error) throw type;
        return { 'message.timestamp.type': type, 'segment.ms': '1', other: 'whatever' };
      },
    });
    const told: (readonly TopicDrift[])[] = [];
    const topic = { name: 'in', settings: { 'message.timestamp.type': 'LogAppendTime', 'segment.ms': '1' } };
    const watch = watchTopic({ bus, topic, everyMs: 2, onChanged: (drifts) => told.push(drifts) });
    await until(() => watch.drifts()?.length === 0, 'it has looked');
    expect(told).toEqual([]);
    type = 'CreateTime';
    const drift = { setting: 'message.timestamp.type', is: 'CreateTime', should: 'LogAppendTime' };
    await until(() => told.length > 0, 'it says so');
    expect([told, watch.drifts()]).toEqual([[[drift]], [drift]]);
    // What cannot be asked for is neither well nor ill.
    type = new Error('not authorised');
    await until(() => watch.drifts() === undefined, 'nobody knows');
    type = 'LogAppendTime';
    await until(() => told.length > 1, 'it is mended');
    expect(told).toEqual([[drift], []]);
    await watch.stop();
  });

  it('is asked for again soon where it could not be asked for, however seldom it is looked at', async () => {
    let isThere = false;
    let asked = 0;
    const bus = openMemoryBus({
      topics: { in: 1 },
      settings: () => {
        asked += 1;
        if (!isThere) throw new Error('nobody answers');
        return { 'segment.ms': '1' };
      },
    });
    const topic = { name: 'in', settings: { 'segment.ms': '1' } };
    const watch = watchTopic({ bus, topic, everyMs: 3_600_000, onChanged: () => undefined });
    await until(() => asked > 0, 'it has looked');
    expect(watch.drifts()).toBeUndefined();
    isThere = true;
    await until(() => watch.drifts()?.length === 0, 'it has looked again');
    await watch.stop();
  });

  it('may keep for longer than it has to, and not for shorter', () => {
    const settings = { 'retention.ms': '1000', 'segment.ms': '10' };
    const drifted = (retention: string, segment = '10') =>
      driftsIn(settings, new Map(Object.entries({ 'retention.ms': retention, 'segment.ms': segment }))).map(
        ({ setting }) => setting,
      );
    expect(['1000', '1001', '-1'].map((retention) => drifted(retention))).toEqual([[], [], []]);
    expect(['999', '0', '', '-2', 'soon'].map((retention) => drifted(retention))).toEqual(
      Array.from({ length: 5 }, () => ['retention.ms']),
    );
    expect(drifted('1000', '11')).toEqual(['segment.ms']);
    expect(driftsIn({ 'retention.ms': '-1' }, new Map([['retention.ms', '1000']]))).toHaveLength(1);
  });
});
