import { type Columns } from './columns.js';
import { absolute, add, formatDecimal, multiply, parseDecimal, ZERO } from './decimal.js';
import { ROW_ID, type Members, type TextPart, type Value } from './profile.js';
import { type Row } from './row.js';

/** Makes a value from the rows of a group; of single values, the first row's. `undefined` leaves the member out. */
export type MakeValue = (rows: readonly [Row, ...Row[]]) => unknown;

export interface ValueContext {
  readonly columns: Columns;
  readonly rowId: (row: Row) => string;
}

/** A value of the profile as a function; made once, run for every group. */
export function compileValue(value: Value, context: ValueContext): MakeValue {
  const { columns } = context;
  switch (value.make) {
    case 'text':
      return compileText(value.parts, context);
    case 'constant':
      return () => value.value;
    case 'number':
      return ([row]) => toNumber(columns.text(row, value.column), value.absolute);
    case 'map': {
      const values = new Map(Object.entries(value.values));
      return ([row]) => values.get(columns.text(row, value.column)) ?? value.otherwise;
    }
    case 'money':
      return ([row]) => ({ amount: formatDecimal(columns.decimal(row, value.column), 2), currency: value.currency });
    case 'sum':
      return compileSum(value, columns);
    case 'earliest':
      return (rows) => rfc3339(Math.min(...rows.map((row) => columns.time(row, value.column))));
    case 'latest':
      return (rows) => rfc3339(Math.max(...rows.map((row) => columns.time(row, value.column))));
    case 'object':
      return compileMembers(value.members, context);
    case 'each': {
      const members = compileMembers(value.members, context);
      return (rows) => rows.map((row) => members([row]) ?? {});
    }
    case 'firstOf': {
      const makers = value.values.map((entry) => compileValue(entry, context));
      return (rows) => {
        for (const make of makers) {
          const made = make(rows);
          if (made !== undefined) return made;
        }
        return undefined;
      };
    }
  }
}

/** An object without its empty members; nothing when all are empty. */
export function compileMembers(
  members: Members,
  context: ValueContext,
): (...rows: Parameters<MakeValue>) => Record<string, unknown> | undefined {
  const makers = Object.entries(members).map(([name, value]) => ({ name, make: compileValue(value, context) }));
  return (rows) => {
    const made: Record<string, unknown> = {};
    for (const { name, make } of makers) {
      const value = make(rows);
      if (value !== undefined) made[name] = value;
    }
    return Object.keys(made).length === 0 ? undefined : made;
  };
}

function compileText(parts: readonly TextPart[], { columns, rowId }: ValueContext): MakeValue {
  const makers = parts.map((part): { fixed: boolean; make: (row: Row) => string } => {
    if ('text' in part) return { fixed: true, make: () => part.text };
    const { column } = part;
    if (column === ROW_ID) return { fixed: false, make: rowId };
    if (columns.isDate(column))
      return {
        fixed: false,
        make: (row) => (columns.text(row, column) === '' ? '' : rfc3339(columns.time(row, column))),
      };
    return { fixed: false, make: (row) => columns.text(row, column) };
  });
  const isFixed = makers.every(({ fixed }) => fixed);
  return ([row]) => {
    let text = '';
    let hasValue = isFixed;
    for (const { fixed, make } of makers) {
      const piece = make(row);
      hasValue ||= !fixed && piece !== '';
      text += piece;
    }
    // A template around an empty cell would be a value made of nothing but punctuation.
    return hasValue && text !== '' ? text : undefined;
  };
}

function compileSum(value: Extract<Value, { make: 'sum' }>, columns: Columns): MakeValue {
  return (rows) => {
    const sum = rows.reduce((total, row) => {
      const product = value.columns.map((column) => columns.decimal(row, column)).reduce(multiply);
      return add(total, value.absolute ? absolute(product) : product);
    }, ZERO);
    return value.currency === undefined
      ? formatDecimal(sum)
      : { amount: formatDecimal(sum, 2), currency: value.currency };
  };
}

/** A JSON number where it is exact (15 significant digits), else the text: a number that changed on the way would be worse. */
function toNumber(text: string, isAbsolute: boolean): number | string | undefined {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return undefined;
  const exact = formatDecimal(isAbsolute ? absolute(decimal) : decimal);
  return exact.replace(/[-.]/g, '').length <= 15 ? Number(exact) : exact;
}

const rfc3339 = (at: number): string => new Date(at).toISOString();
