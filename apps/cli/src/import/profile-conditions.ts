import { isDecimal } from './decimal.js';
import { at, isObject, join, type ProfileReader } from './profile-reader.js';
import { comparisons, profileLimits, type Condition, type RefusalRule } from './profile.js';

/** The columns that a profile declares, for checking what its parts refer to. */
export interface KnownColumns {
  has(name: string): boolean;
}

const never: Condition = { test: 'any', of: [] };

export function readRules(
  reader: ProfileReader,
  value: unknown,
  path: string,
  columns: KnownColumns,
): readonly RefusalRule[] {
  return reader
    .list(value, path, profileLimits.rules)
    .map((entry, index) => readRule(reader, entry, at(path, index), columns));
}

export function readRule(reader: ProfileReader, value: unknown, path: string, columns: KnownColumns): RefusalRule {
  const rule = reader.object(value, path, ['when', 'reason']);
  const reason = reader.text(rule['reason'], join(path, 'reason'), 60);
  if (!/^[a-z][a-z0-9_]*$/.test(reason))
    reader.problem(join(path, 'reason'), 'must be snake_case, for example no_customer');
  return { when: readCondition(reader, rule['when'], join(path, 'when'), columns), reason };
}

export function readCondition(reader: ProfileReader, value: unknown, path: string, columns: KnownColumns): Condition {
  if (path.split('.').length > profileLimits.depth * 2) {
    reader.problem(path, 'is nested too deeply');
    return never;
  }
  if (!isObject(value)) {
    reader.problem(path, 'must be a condition, for example {"column": "price", "above": 0}');
    return never;
  }
  for (const test of ['all', 'any'] as const) {
    if (!(test in value)) continue;
    const entries = reader.list(reader.object(value, path, [test])[test], join(path, test), profileLimits.rules);
    return {
      test,
      of: entries.map((entry, index) => readCondition(reader, entry, at(join(path, test), index), columns)),
    };
  }
  if ('not' in value)
    return {
      test: 'not',
      of: readCondition(reader, reader.object(value, path, ['not'])['not'], join(path, 'not'), columns),
    };
  return readTest(reader, value, path, columns);
}

const tests = ['empty', 'equals', 'in', 'startsWith', ...comparisons] as const;

function readTest(reader: ProfileReader, value: unknown, path: string, columns: KnownColumns): Condition {
  const members = reader.object(value, path, ['column', ...tests]);
  const column = readColumnName(reader, members['column'], join(path, 'column'), columns);
  const named = tests.filter((name) => name in members);
  const [test] = named;
  if (test === undefined || named.length > 1) {
    reader.problem(path, `needs exactly one of ${tests.join(', ')}`);
    return never;
  }
  const operand = members[test];
  const operandPath = join(path, test);
  switch (test) {
    case 'empty':
      return { test, column, is: reader.flag(operand, operandPath) };
    case 'equals':
      return { test: 'in', column, values: [reader.text(operand, operandPath)] };
    case 'in':
      return { test, column, values: reader.texts(operand, operandPath, profileLimits.mapEntries) };
    case 'startsWith':
      return { test, column, text: reader.text(operand, operandPath) };
    case 'above':
    case 'atLeast':
    case 'below':
    case 'atMost':
      return { test, column, number: readNumber(reader, operand, operandPath) };
  }
}

function readNumber(reader: ProfileReader, value: unknown, path: string): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && isDecimal(text)) return text;
  reader.problem(path, 'must be a number, for example 0 or "12.50"');
  return '0';
}

export function readColumnName(reader: ProfileReader, value: unknown, path: string, columns: KnownColumns): string {
  const name = reader.text(value, path);
  if (name !== '' && !columns.has(name))
    reader.problem(path, `names the column ${JSON.stringify(name)}, which "columns" does not declare`);
  return name;
}
