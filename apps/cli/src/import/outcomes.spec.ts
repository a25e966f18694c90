import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { GroupEnds } from './group-ends.js';
import { openInput } from './input.js';
import { outcomes, type Outcome } from './outcomes.js';
import { parseProfile } from './parse-profile.js';
import { survey } from './survey.js';
import { type Source } from './table.js';

const parsed = parseProfile({
  safarProfile: 1,
  name: 'pairs',
  columns: { key: 'key', n: 'n' },
  groupBy: 'key',
  touchpoints: [
    {
      touchpoint: {
        id: '{key}',
        source: 's',
        kind: 'visit',
        occurredAt: 'x',
        identifiers: [{ kind: 'k', value: '{key}' }],
        data: { all: { each: { n: '{n}' } } },
      },
    },
  ],
});
const { signal } = new AbortController();
const file = path.join(mkdtempSync(path.join(tmpdir(), 'safar-outcomes-')), 'rows.csv');
afterAll(() => rmSync(path.dirname(file), { recursive: true }));

async function read(keys: readonly string[], hash?: (key: string) => number, settledRow = 0): Promise<Outcome[]> {
  writeFileSync(file, ['key,n', ...keys.map((key, index) => `${key},${String(index + 1)}`)].join('\n'));
  const input = await openInput(file, Readable.from([]));
  try {
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const source: Source = { input, settings: parsed.profile.input, profile: parsed.profile };
    const found = await survey(source, { signal });
    const groups = new GroupEnds(hash);
    keys.forEach((key, index) => groups.add(key, index + 1));
    const all: Outcome[] = [];
    for await (const outcome of outcomes(source, { ...found, groups }, { signal, settledRow })) all.push(outcome);
    return all;
  } finally {
    await input.close();
  }
}

const summary = (all: readonly Outcome[]): readonly string[] =>
  all.map(({ rows, settles }) => `${rows.map(({ cells }) => cells.join('')).join('+')}@${String(settles)}`);

describe('groups', () => {
  it('are complete with their last row, wherever the others stand', async () => {
    expect(summary(await read(['a', 'b', 'a', 'c', 'b']))).toEqual(['a1+a3@3', 'c4@4', 'b2+b5@5']);
  });

  it('stay apart when their hashes are equal, and a row is settled only with the last of them', async () => {
    const all = await read(['a', 'b', 'a', 'c', 'b'], () => 1);
    expect(summary(all)).toEqual(['a1+a3@4', 'b2+b5@4', 'c4@5']);
  });

  it('lose no row and mix none, in any order and whatever was settled before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (keys, collide) => {
          const hash = collide ? (key: string): number => (key < 'c' ? 1 : 2) : undefined;
          const all = await read(keys, hash);
          expect(all.flatMap(({ rows }) => rows.map(({ number }) => number)).sort((a, b) => a - b)).toEqual(
            keys.map((_, index) => index + 1),
          );
          for (const { rows } of all) expect(new Set(rows.map(({ cells }) => cells[0])).size).toBe(1);
          for (const [index, { settles }] of all.entries()) {
            // An outcome may be sent twice after a kill, and must never be left out.
            const rest = summary(await read(keys, hash, settles));
            expect(summary(all.slice(index + 1)).every((later) => rest.includes(later))).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
