import { createHash } from 'node:crypto';
import type { Row } from '#kernel';
import { comparable, decodeRow, keyOfRow, keyText, type TableShape, type Wire } from './row-codec.js';

/** A row that is not what the log says. */
export interface RowDifference {
  /** Values of the primary key, as text. */
  readonly key: readonly string[];
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** The first column that differs. */
  readonly column?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
}

export interface Compared {
  readonly rows: number;
  readonly differences: number;
  /** By key, the first row that differs. */
  readonly first?: RowDifference;
}

/** Expected rows against stored ones, part by part. */
export class Comparison {
  #rows = 0;
  #differences = 0;
  #first: { readonly wires: readonly Wire[]; readonly difference: RowDifference } | undefined;

  constructor(private readonly shape: TableShape) {}

  async compare(expected: Map<string, readonly Wire[]>, stored: AsyncIterable<readonly Wire[]>): Promise<void> {
    for await (const found of stored) {
      this.#rows++;
      const text = keyText(keyOfRow(this.shape, found));
      const wires = expected.get(text);
      expected.delete(text);
      const difference = wires
        ? this.#difference(wires, found)
        : ({ kind: 'unexpected', found: this.#show(found) } as const);
      if (difference) this.#note(found, difference);
    }
    for (const wires of expected.values()) this.#note(wires, { kind: 'missing', expected: this.#show(wires) });
  }

  result(): Compared {
    const { difference } = this.#first ?? {};
    return {
      rows: this.#rows,
      differences: this.#differences,
      ...(difference ? { first: difference } : {}),
    };
  }

  #difference(expected: readonly Wire[], found: readonly Wire[]): Omit<RowDifference, 'key'> | undefined {
    const place = this.shape.columns.findIndex(
      ({ type }, index) => comparable(type, expected[index] ?? null) !== comparable(type, found[index] ?? null),
    );
    const column = this.shape.columns[place]?.name;
    if (column === undefined) return undefined;
    return { kind: 'different', column, expected: this.#show(expected)[column], found: this.#show(found)[column] };
  }

  #note(wires: readonly Wire[], difference: Omit<RowDifference, 'key'>): void {
    this.#differences++;
    if (this.#first && compareKeys(this.shape, this.#first.wires, wires) <= 0) return;
    const key = keyOfRow(this.shape, wires).map(String);
    this.#first = { wires, difference: { key, ...difference } };
  }

  #show(wires: readonly Wire[]): Row {
    return decodeRow(this.shape, wires);
  }
}

/** As PostgreSQL orders keys bytewise. */
export function compareKeys(shape: TableShape, one: readonly Wire[], other: readonly Wire[]): number {
  for (const place of shape.key) {
    const order = compareValues(one[place] ?? null, other[place] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(one: Wire, other: Wire): number {
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(String(other)));
  // Relational operators compare numbers and bigints exactly.
  if (one === other || one === null || other === null) return 0;
  return one < other ? -1 : 1;
}

/** Over rows in key order: one line of comparable values each. */
export async function hashRows(
  rows: AsyncIterable<readonly Wire[]> | Iterable<readonly Wire[]>,
  { columns }: TableShape,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const wires of rows)
    hash.update(`[${columns.map(({ type }, index) => comparable(type, wires[index] ?? null)).join(',')}]\n`);
  return hash.digest('hex');
}
