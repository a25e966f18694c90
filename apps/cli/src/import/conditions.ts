import { type Columns } from './columns.js';
import { compare, parseDecimal, ZERO } from './decimal.js';
import { type Comparison, type Condition } from './profile.js';
import { type Row } from './row.js';

export type RowTest = (row: Row) => boolean;

/** A condition as a function; made once, run for every row. */
export function compileCondition(condition: Condition, columns: Columns): RowTest {
  switch (condition.test) {
    case 'all': {
      const tests = condition.of.map((part) => compileCondition(part, columns));
      return (row) => tests.every((test) => test(row));
    }
    case 'any': {
      const tests = condition.of.map((part) => compileCondition(part, columns));
      return (row) => tests.some((test) => test(row));
    }
    case 'not': {
      const test = compileCondition(condition.of, columns);
      return (row) => !test(row);
    }
    case 'empty':
      return (row) => (columns.text(row, condition.column) === '') === condition.is;
    case 'in': {
      const values = new Set(condition.values);
      return (row) => values.has(columns.text(row, condition.column));
    }
    case 'startsWith':
      return (row) => columns.text(row, condition.column).startsWith(condition.text);
    case 'above':
    case 'atLeast':
    case 'below':
    case 'atMost': {
      const limit = parseDecimal(condition.number) ?? ZERO;
      const { column, test } = condition;
      return (row) => {
        const value = parseDecimal(columns.text(row, column));
        return value !== undefined && holds[test](compare(value, limit));
      };
    }
  }
}

const holds: Readonly<Record<Comparison, (order: number) => boolean>> = {
  above: (order) => order > 0,
  atLeast: (order) => order >= 0,
  below: (order) => order < 0,
  atMost: (order) => order <= 0,
};
