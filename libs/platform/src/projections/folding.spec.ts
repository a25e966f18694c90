import { type Evolve, type Projection, type RecordedEvent } from '#kernel';
import { foldInMemory } from './fold-in-memory.js';

type Level = { readonly id: string; readonly at: bigint; readonly level: number; readonly owner: string };
type Poured = RecordedEvent<'poured', { readonly into: string; readonly level: number; readonly askFor?: string }>;

/** Keeps each level that a glass had in a row of its own, beside the one that it has. */
const pour: Evolve<Level, Poured> = (row, { data, key: owner, position }, [, at], rowOf) => {
  if (at === 0n) return { id: data.into, at: 0n, level: (row?.level ?? 0) + data.level, owner };
  const before = rowOf([data.askFor ?? data.into, 0n]);
  return before && { ...before, at: position };
};
const levels: Projection<Level, Poured> = {
  ...{ name: 'levels', version: 1, reads: 'sealed' },
  table: {
    columns: { id: { type: 'text' }, at: { type: 'bigint' }, level: { type: 'integer' }, owner: { type: 'text' } },
    primaryKey: ['id', 'at'],
    owner: 'owner',
  },
  keys: ({ data: { into }, position }) =>
    into === ''
      ? []
      : [
          [into, position],
          [into, 0n],
        ],
  when: { poured: pour },
};

const poured = (index: number, data: Poured['data'], key = 'bar'): Poured => ({
  ...{ id: String(index), type: 'poured', schemaVersion: 1, key, data, stream: key, version: index },
  ...{ position: BigInt(index), occurredAt: 0, recordedAt: 0 },
  meta: { source: '/test', correlationId: 'c', causationId: 'c' },
});

describe('an event with several rows', () => {
  it('can keep in one of them what it changes in another', async () => {
    const events = [3, 4, 5].map((level, index) => poured(index + 1, { into: 'glass', level }));
    const { rows } = await foldInMemory(levels, events);
    expect([...rows.values()].map(({ at, level }) => [at, level])).toEqual([
      [0n, 12],
      [2n, 3],
      [3n, 7],
    ]);
  });

  it('is set aside when it asks for a row that is none of its own: nobody has loaded it', async () => {
    const { rows, setAside } = await foldInMemory(levels, [
      poured(1, { into: 'glass', level: 1 }),
      poured(2, { into: 'cup', level: 1, askFor: 'glass' }),
    ]);
    expect(setAside.map(({ event, error }) => [event.position, String(error)])).toEqual([
      [2n, 'RowRefusedError: the row is none of its event'],
    ]);
    expect(rows.size).toBe(1);
  });

  it('has none where it does not concern the projection, whoever it belongs to', async () => {
    const { rows, setAside } = await foldInMemory(levels, [poured(1, { into: '', level: 1 }, 'not\0text')]);
    expect([rows.size, setAside]).toEqual([0, []]);
  });
});
