import { Readable } from 'node:stream';
import { jsonlTable } from './jsonl-table.js';
import { type Row } from './row.js';

async function read(chunks: readonly (string | Buffer)[], header: readonly string[] = ['a', 'b']): Promise<Row[]> {
  const bytes = Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );
  const rows: Row[] = [];
  for await (const row of jsonlTable(bytes, header, 'utf8').rows) rows.push(row);
  return rows;
}

describe('JSON Lines', () => {
  it('become cells of the members that are asked for', async () => {
    const [row] = await read(['{"a":"x","b":12.5,"c":1}\n']);
    expect(row).toEqual({ number: 1, line: 1, cells: ['x', '12.5'], raw: '{"a":"x","b":12.5,"c":1}' });
    expect((await read(['{"a":null,"b":true}']))[0]?.cells).toEqual(['', 'true']);
    expect((await read(['{"a":{"b":1}}']))[0]?.cells).toEqual(['{"b":1}', '']);
  });

  it('may be cut anywhere by the stream, and skip empty lines', async () => {
    const text = '{"a":"سفر"}\r\n\n  \n{"a":"2"}\n{"a":"3"}';
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at += 1) {
      const rows = await read([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(rows.map(({ number, line, cells }) => [number, line, cells[0]])).toEqual([
        [1, 1, 'سفر'],
        [2, 4, '2'],
        [3, 5, '3'],
      ]);
    }
  });

  it('that cannot be read are rows with a reason', async () => {
    const tooLong = `{"a":"${'x'.repeat(1_100_000)}"}`;
    const rows = await read([
      '{"a":\n',
      '[1]\n',
      '{"a":12345678901234567890}\n',
      '{"a":1e400}\n',
      `${tooLong}\n`,
      '{"a":"ok"}\n',
    ]);
    expect(rows.map(({ problem }) => problem?.reason)).toEqual([
      'unreadable',
      'unreadable',
      'inexact_number',
      'inexact_number',
      'unreadable',
      undefined,
    ]);
    expect(rows[4]?.place).toEqual({ offset: 49, length: tooLong.length });
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const [broken] = await read([bytes]);
    expect(broken).toMatchObject({ problem: { reason: 'broken_text' }, undecoded: [bytes] });
  });

  it('are not read where they can be read in two ways, or would be too deep for whoever reads them', async () => {
    const deep = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const rows = await read([
      '{"a":"1","a":"2"}\n',
      '{"b":{"c":1,"\\u0063":2},"a":"1"}\n',
      '{"a":"\\":{\\":","b":"1:2"}\n',
      `${deep(32)}\n${deep(33)}\n${deep(20_000)}\n`,
    ]);
    expect(rows.map(({ problem }) => problem?.reason)).toEqual([
      'duplicate_member',
      'duplicate_member',
      undefined,
      undefined,
      'too_deep',
      'too_deep',
    ]);
  });
});
