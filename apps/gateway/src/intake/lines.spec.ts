import fc from 'fast-check';
import { batchesOfLines, type Line } from './lines.js';

const limits = { lineBytes: 20, batchLines: 3 };

async function batchesIn(pieces: readonly Uint8Array[]): Promise<readonly (readonly Line[])[]> {
  async function* source() {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }
  const batches = [];
  for await (const batch of batchesOfLines(source(), limits)) batches.push(batch);
  return batches;
}
const shown = ({ number, bytes }: Line) => [number, bytes && Buffer.from(bytes).toString()];
const linesIn = async (...pieces: readonly string[]) =>
  (await batchesIn(pieces.map((piece) => Buffer.from(piece)))).flat().map(shown);

describe('lines', () => {
  it('end with a line feed or with the stream', async () => {
    expect(await linesIn('a\nb\r\nc')).toEqual([
      [1, 'a'],
      [2, 'b\r'],
      [3, 'c'],
    ]);
    expect(await linesIn('a\n')).toEqual([[1, 'a']]);
    expect(await linesIn('')).toEqual([]);
  });

  it('count also when they are blank, and are left out then', async () => {
    expect(await linesIn('\n \t\r\na\n\n')).toEqual([[3, 'a']]);
  });

  it('are not kept beyond their length', async () => {
    const exactly = 'x'.repeat(20);
    expect(await linesIn(`${exactly}\n${exactly}y\nz`)).toEqual([
      [1, exactly],
      [2, undefined],
      [3, 'z'],
    ]);
    expect(await linesIn('x'.repeat(15), 'x'.repeat(15), '\nz')).toEqual([
      [1, undefined],
      [2, 'z'],
    ]);
    // Blank, but nobody looked: it may as well be data.
    expect(await linesIn(`${' '.repeat(21)}\n`)).toEqual([[1, undefined]]);
  });

  it('are the same however their bytes were cut', async () => {
    const text = fc.array(fc.constantFrom('a', 'ب', '\n', '\r\n', ' ', 'x'.repeat(19))).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), async (whole, sizes) => {
        const bytes = Buffer.from(whole);
        const pieces = [];
        for (let start = 0; start < bytes.length;) {
          const size = sizes.next().value ?? 1;
          pieces.push(bytes.subarray(start, start + size));
          start += size;
        }
        expect((await batchesIn(pieces)).flat().map(shown)).toEqual((await batchesIn([bytes])).flat().map(shown));
      }),
    );
  });

  it('come together as they arrived, and never more than may', async () => {
    const batches = await batchesIn(['a\nb\n', 'c', '\nd\ne\nf\ng\n'].map((piece) => Buffer.from(piece)));
    expect(batches.map((batch) => batch.length)).toEqual([2, 3, 2]);
  });
});
