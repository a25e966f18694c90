import fc from 'fast-check';
import type { ColumnType, ColumnTypes, Table } from '#kernel';
import { testDatabase, type TestDatabase } from '#testing';
import { asText } from './apply-page.js';
import { BuildTable, createTableSql } from './build-table.js';
import { customerTotals } from './sample-projections.conformance.js';
import { comparable, decodeRow, encodeRow, fromText, RowRefusedError, shapeOf } from './row-codec.js';

const columns = {
  id: { type: 'uuid' },
  name: { type: 'text', nullable: true },
  sorted: { type: 'text', nullable: true, collation: 'fa-x-icu' },
  big: { type: 'bigint', nullable: true },
  small: { type: 'integer', nullable: true },
  yes: { type: 'boolean', nullable: true },
  price: { type: 'numeric', nullable: true },
  at: { type: 'timestamp', nullable: true },
  document: { type: 'jsonb', nullable: true },
  sent: { type: 'json', nullable: true },
} as const;
const table: Table = { columns, primaryKey: ['id'], owner: 'id' };
const ref = { name: 'every-type', version: 1, build: 1 };
const every = new BuildTable(ref, { ...customerTotals, table });
const shape = shapeOf(table);

const text = fc.string({ unit: 'binary' }).map((one) => one.replaceAll('\u0000', ''));
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '')) as unknown);
const someRow = fc.record({
  id: fc.uuid(),
  name: fc.option(fc.oneof(text, fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a') }))),
  sorted: fc.option(text),
  big: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  small: fc.option(fc.integer()),
  yes: fc.option(fc.boolean()),
  price: fc.option(
    fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.bigInt({ min: 0n, max: 10n ** 40n }),
        fc.constantFrom('', '.', '.0', '.250'),
      )
      .map((all) => all.join('')),
  ),
  at: fc.option(fc.integer({ min: -210_866_803_200_000, max: 8_640_000_000_000_000 })),
  document: fc.option(json),
  sent: fc.option(json),
});

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase([]);
  await database.owner.query(`SET timezone = 'UTC'; CREATE SCHEMA rm; ${createTableSql(ref, table).join('; ')}`);
});
afterAll(() => database.drop());

describe('a row', () => {
  it('comes back from the table as the fold will see it, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(someRow, { maxLength: 20, selector: ({ id }) => id }), async (rows) => {
        await database.owner.query(`TRUNCATE ${every.name}`);
        const encoded = rows.map((row) => encodeRow(shape, row));
        const { text: sql, values } = every.write(encoded);
        await database.owner.query(sql, [...values]);
        const result = await database.owner.query<(string | null)[]>({
          text: `SELECT ${every.selectList('t')} FROM ${every.name} t ORDER BY ${every.orderList('t')}`,
          rowMode: 'array',
          types: asText,
        });
        const stored = result.rows.map((texts) => texts.map((one, index) => fromText(shape.columns[index]!.type, one)));
        const expected = [...encoded].sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
        expect(stored.map((wires) => decodeRow(shape, wires))).toEqual(
          expected.map((wires) => decodeRow(shape, wires)),
        );
        const lines = (all: typeof stored): string[] =>
          all.map((wires) => wires.map((wire, index) => comparable(shape.columns[index]!.type, wire)).join());
        expect(lines(stored)).toEqual(lines(expected));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the members of jsonb back in the order of PostgreSQL', async () => {
    const document = { bb: 1, a: { '10': 1, '9': 2, é: 3, z: 4 }, ccc: [{ y: 1, x: 2 }], '': 0 };
    const [wire] = encodeRow(shapeOf({ ...table, columns: { id: columns.document }, owner: 'id' }), { id: document });
    const { rows } = await database.owner.query<{ document: string }>({
      text: 'SELECT $1::jsonb::text AS document',
      values: [wire],
      types: asText,
    });
    const decoded = decodeRow(shapeOf({ ...table, columns: { id: columns.document }, owner: 'id' }), [wire!]);
    expect(JSON.stringify(decoded['id'])).toBe(JSON.stringify(JSON.parse(rows[0]!.document)));
  });

  const refused: readonly { readonly [Type in ColumnType]?: ColumnTypes[Type] | null | Date | number }[] = [
    { uuid: 'no uuid' },
    { text: 'a\u0000b' },
    { bigint: 2n ** 63n },
    { bigint: 1 },
    { integer: 2 ** 31 },
    { integer: 0.5 },
    { numeric: 'NaN' },
    { numeric: '.' },
    { numeric: '1e400' },
    { timestamp: Number.NaN },
    { timestamp: 1.5 },
    { timestamp: 9e15 },
    { jsonb: { a: ['\u0000'] } },
    { jsonb: 1n },
    { text: null },
  ];
  it.each(refused)('is refused before it comes to the table when it holds %p', (value) => {
    const [type] = Object.keys(value) as ColumnType[];
    const one = shapeOf({ columns: { id: { type: type! } }, primaryKey: ['id'], owner: 'id' });
    expect(() => encodeRow(one, { id: value[type!] })).toThrow(RowRefusedError);
  });

  it('may hold text that looks like an escape', () => {
    const one = shapeOf({ columns: { id: { type: 'jsonb' } }, primaryKey: ['id'], owner: 'id' });
    const value = { a: '\\u0000', b: '\\\\u0000', c: '\\ud800' };
    expect(decodeRow(one, encodeRow(one, { id: value }))).toEqual({ id: value });
  });

  it('is refused when it holds something that the table has no column for', () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect(() => encodeRow(shape, { id, more: 1 })).toThrow(/no column/);
    expect(encodeRow(shape, { id, more: undefined })).toHaveLength(shape.columns.length);
  });
});
