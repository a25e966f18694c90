import { isDecimal, parseDecimal, parseWhole, ZERO, type Decimal } from './decimal.js';
import { timeReader, type ReadTime } from './local-time.js';
import { type ColumnSpec, type Profile } from './profile.js';
import { type Refusal, type Row } from './row.js';

/** The columns of a profile, found in one input. */
export interface Columns {
  /** The cell without the spaces around it; empty where there is none. Whole numbers lose a `.0`. */
  text(row: Row, column: string): string;
  /** Only for columns that `problemOf` has let pass. */
  decimal(row: Row, column: string): Decimal;
  /** Unix milliseconds. Only for columns that `problemOf` has let pass. */
  time(row: Row, column: string): number;
  isDate(column: string): boolean;
  /** The first cell that is missing or is not what its column says. */
  problemOf(row: Row): Refusal | undefined;
}

/** Names of required columns that a header lacks. */
export function missingColumns(profile: Profile, header: readonly string[]): readonly string[] {
  return Object.values(profile.columns)
    .filter((column) => !column.optional && !column.from.some((name) => header.includes(name)))
    .map((column) => column.from.join(' or '));
}

export function findColumns(profile: Profile, header: readonly string[]): Columns {
  const found = new Map(Object.entries(profile.columns).map(([name, spec]) => [name, bind(spec, header)]));
  const boundOf = (name: string): Bound => {
    const bound = found.get(name);
    if (bound === undefined) throw new Error(`the profile does not declare the column ${name}`);
    return bound;
  };
  const checked = [...found].filter(([, { spec }]) => spec.required || spec.type.kind !== 'text');
  return {
    text(row, column) {
      const bound = boundOf(column);
      const text = cellOf(row, bound.indexes);
      return bound.spec.type.kind === 'whole' ? (parseWhole(text) ?? text) : text;
    },
    decimal: (row, column) => parseDecimal(cellOf(row, boundOf(column).indexes)) ?? ZERO,
    time: (row, column) => boundOf(column).readTime?.(cellOf(row, boundOf(column).indexes)) ?? 0,
    isDate: (column) => boundOf(column).readTime !== undefined,
    problemOf(row) {
      for (const [name, bound] of checked) {
        const problem = problemIn(cellOf(row, bound.indexes), name, bound);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  };
}

interface Bound {
  readonly spec: ColumnSpec;
  readonly indexes: readonly number[];
  readonly readTime: ReadTime | undefined;
}

function bind(spec: ColumnSpec, header: readonly string[]): Bound {
  const indexes = spec.from.map((name) => header.indexOf(name)).filter((index) => index >= 0);
  return { spec, indexes, readTime: spec.type.kind === 'date' ? timeReader(spec.type.settings) : undefined };
}

function cellOf(row: Row, indexes: readonly number[]): string {
  for (const index of indexes) {
    const text = row.cells[index]?.trim() ?? '';
    if (text !== '') return text;
  }
  return '';
}

function problemIn(text: string, name: string, bound: Bound): Refusal | undefined {
  const column = snakeCase(name);
  if (text === '') return bound.spec.required ? { reason: `no_${column}`, detail: `${name} is empty` } : undefined;
  switch (bound.spec.type.kind) {
    case 'text':
      return undefined;
    case 'whole':
      return parseWhole(text) === undefined
        ? { reason: `bad_${column}`, detail: `${name} is not a whole number` }
        : undefined;
    case 'decimal':
      return isDecimal(text) ? undefined : { reason: `bad_${column}`, detail: `${name} is not a decimal number` };
    case 'date':
      return bound.readTime?.(text) === undefined
        ? { reason: `bad_${column}`, detail: `${name} is not a date in any of the profile's formats` }
        : undefined;
  }
}

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, index: number) => `${index > 0 ? '_' : ''}${letter.toLowerCase()}`);
