import type { EpochMs, Reaction, RecordedEvent } from '#kernel';
import { type KeyMemory, type KeyRun, runKey } from './run-key.js';

/** Says what it was told, in its order. An event called `stop` cancels the timer that `start` sets. */
const reaction: Reaction<readonly string[], string> = {
  name: 'sayings',
  version: 1,
  actsFrom: 'first-event',
  initial: [],
  key: ({ key }) => key,
  when: {
    start: (said) => ({ state: said, set: [{ name: 'due', dueAt: 100 }] }),
    stop: (said) => ({ state: [...said, 'stop'], commands: ['stop'], cancelled: ['due'] }),
    again: (said) => ({ state: said, set: [{ name: 'again', dueAt: 1 }] }),
  },
  due: (said, { name, at }) => ({
    state: [...said, name],
    commands: [`${name} at ${String(at)}`],
    ...(name === 'again' && { set: [{ name, dueAt: at }] }),
  }),
};

const event = (type: string, recordedAt: EpochMs): RecordedEvent => ({
  ...{ id: `018f0000-0000-8000-8000-${String(recordedAt).padStart(12, '0')}`, type, schemaVersion: 1, key: 'k' },
  ...{ occurredAt: 7, recordedAt, data: {}, stream: 'item-k', version: 1, position: BigInt(recordedAt) },
  meta: { source: '/test', correlationId: 'c', causationId: 'c' },
});

const nothing: KeyMemory = { state: [], timers: [] };
const run = (events: readonly RecordedEvent[], time: EpochMs, before = nothing): KeyRun =>
  runKey(reaction, 'k', before, { events, time });
const said = ({ commands }: KeyRun): readonly unknown[] => commands.map(({ command }) => command);

describe('a key, over a stretch of the log', () => {
  const started = run([event('start', 10)], 10);

  it.each([
    [99, ['stop']],
    [100, ['stop']],
    [101, ['due at 100', 'stop']],
  ])('of a timer due at 100 and an event recorded at %i, does %j', (recordedAt, expected) => {
    expect(said(run([event('stop', recordedAt)], recordedAt, started))).toEqual(expected);
  });

  it.each([
    [100, []],
    [101, ['due at 100']],
  ])('without an event, at %i, does %j: what is recorded on that millisecond may still come', (time, expected) => {
    expect(said(run([], time, started))).toEqual(expected);
  });

  it('gives the same trigger the same ids, and tells when it was, not when it was noticed', () => {
    const [one, other] = [run([], 101, started), run([event('start', 5_000)], 5_000, started)];
    expect(one.commands[0]).toEqual(other.commands[0]);
    expect(one.commands[0]?.at).toBe(100);
  });

  it('stands before timers that set each other without end', () => {
    const { failed, timers } = run([event('again', 10)], 20);
    expect(failed?.trigger.kind).toBe('timer');
    expect(timers).toHaveLength(1);
  });
});
