import { Readable } from 'node:stream';
import { csvTable } from './csv-table.js';
import { type InputSettings } from './profile.js';
import { type Row } from './row.js';

const chunksOf = (text: string | Buffer | readonly Buffer[]): readonly Buffer[] =>
  typeof text === 'string' ? [Buffer.from(text)] : Buffer.isBuffer(text) ? [text] : text;

const settings: InputSettings = { format: 'csv', delimiter: ',', encoding: 'utf8' };

async function read(
  text: string | Buffer | readonly Buffer[],
  changes: Partial<InputSettings> = {},
): Promise<{ header: readonly string[]; rows: Row[] }> {
  const { header, rows } = await csvTable(Readable.from(chunksOf(text), { objectMode: false }), {
    ...settings,
    ...changes,
  });
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return { header, rows: found };
}

describe('a CSV', () => {
  it('has a header, and rows with their numbers and lines', async () => {
    const { header, rows } = await read('\ufeffa, b\n1,2\n\n"x\ny","with ""quotes"""\n3,4');
    expect(header).toEqual(['a', 'b']);
    expect(rows).toEqual([
      { number: 1, line: 2, cells: ['1', '2'] },
      { number: 2, line: 4, cells: ['x\ny', 'with "quotes"'] },
      { number: 3, line: 6, cells: ['3', '4'] },
    ]);
  });

  it('has no end of columns refused before they are compared', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `c${String(index)}`);
    await expect(read(`${names.join(',')}\n`)).rejects.toThrow('100000 column names');
    await expect(read('a,b,a\n')).rejects.toThrow('two columns named "a"');
  });

  it('keeps rows with too many or too few cells in their places', async () => {
    const { rows } = await read('a,b\n1,2\n3\n4,5,6\n8,9\n');
    expect(rows.map(({ number, line, problem }) => [number, line, problem?.reason])).toEqual([
      [1, 2, undefined],
      [2, 3, 'wrong_cell_count'],
      [3, 4, 'wrong_cell_count'],
      [4, 5, undefined],
    ]);
  });

  it('takes a quote in the middle of a cell as it stands, and refuses a cell that goes on after its closing quote', async () => {
    const { rows } = await read('a,b\n5"6,7\n"q"q,8\n"""q"" r",9\n1,"2" \n"3","4"\n');
    expect(rows.map(({ cells, problem }) => problem?.reason ?? cells)).toEqual([
      ['5"6', '7'],
      'text_after_quote',
      ['"q" r', '9'],
      'text_after_quote',
      ['3', '4'],
    ]);
  });

  it('may end its lines in several ways, also across chunks', async () => {
    const bytes = Buffer.from('\ufeff"a",b\n1,"2"\r\n"3\r\n3",4\r5,6\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      const { header, rows } = await read([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(header).toEqual(['a', 'b']);
      expect(rows.map(({ line, cells }) => [line, ...cells])).toEqual([
        [2, '1', '2'],
        [3, '3\r\n3', '4'],
        [5, '5', '6'],
      ]);
    }
    expect((await read('a,b\r\n1,2\n3,4\n')).rows.map(({ cells }) => cells)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('in which a quote is never closed is refused as a whole: nobody can tell where its rows end', async () => {
    await expect(read('a,b\n1,2\n"never closed,7\n8,9\n')).rejects.toThrow('A quote is never closed');
    await expect(read(`a,b\n1,2\n"${'never closed,7\n'.repeat(100_000)}`)).rejects.toThrow('A row is longer than');
  });

  it('refuses bytes that are not UTF-8 instead of changing them', async () => {
    const bytes = Buffer.concat([Buffer.from('a,b\n1,caf'), Buffer.from([0xe9]), Buffer.from('\n')]);
    expect((await read(bytes)).rows[0]).toMatchObject({
      problem: { reason: 'broken_text' },
      undecoded: [Buffer.from('1'), Buffer.from('caf\u00e9', 'latin1')],
    });
    expect((await read(bytes, { encoding: 'latin1' })).rows[0]?.cells).toEqual(['1', 'café']);
  });

  it('may use another delimiter', async () => {
    expect((await read('a;b\n1,5;2\n', { delimiter: ';' })).rows[0]?.cells).toEqual(['1,5', '2']);
    const [row] = (await read('a¦b\n"""سفر"¦"2"\n', { delimiter: '¦' })).rows;
    expect(row).toEqual({ number: 1, line: 2, cells: ['"سفر', '2'] });
  });

  it('must have a header without repetitions', async () => {
    await expect(read('')).rejects.toThrow('The input is empty');
    await expect(read('a,b,a\n1,2,3\n')).rejects.toThrow('two columns named "a"');
  });
});
