import { readColumnName } from './profile-conditions.js';
import { at, isObject, join, type ProfileReader } from './profile-reader.js';
import { profileLimits, ROW_ID, type ColumnSpec, type Members, type TextPart, type Value } from './profile.js';

/** What values may refer to. */
export interface ValueScope {
  readonly reader: ProfileReader;
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly hasRowId: boolean;
}

const nothing: Value = { make: 'text', parts: [] };
const shapes = ['number', 'map', 'money', 'sum', 'earliest', 'latest', 'object', 'each', 'firstOf'] as const;

export function readMembers(scope: ValueScope, value: unknown, path: string): Members {
  const entries = scope.reader.members(value, path, profileLimits.members);
  return Object.fromEntries(entries.map(([name, member]) => [name, readValue(scope, member, join(path, name))]));
}

export function readValue(scope: ValueScope, value: unknown, path: string): Value {
  const { reader } = scope;
  if (path.split('.').length > profileLimits.depth * 2) {
    reader.problem(path, 'is nested too deeply');
    return nothing;
  }
  if (typeof value === 'string') return { make: 'text', parts: readTemplate(scope, value, path) };
  if (typeof value === 'number' || typeof value === 'boolean') return { make: 'constant', value };
  if (!isObject(value)) {
    reader.problem(path, value === undefined ? 'is missing' : 'must be a text, a number, true, false or an object');
    return nothing;
  }
  const shape = shapes.find((name) => name in value);
  if (shape === undefined) {
    reader.problem(path, `needs one of ${shapes.join(', ')}; write a plain object as {"object": {…}}`);
    return nothing;
  }
  return readShape(scope, shape, value, path);
}

function readShape(scope: ValueScope, shape: (typeof shapes)[number], value: unknown, path: string): Value {
  const { reader } = scope;
  const inner = join(path, shape);
  const only = (...names: string[]): Readonly<Record<string, unknown>> => reader.object(value, path, [shape, ...names]);
  switch (shape) {
    case 'number': {
      const members = only('absolute');
      const column = typedColumn(scope, members[shape], inner, ['whole', 'decimal']);
      return { make: shape, column, absolute: reader.flag(members['absolute'], join(path, 'absolute')) };
    }
    case 'earliest':
    case 'latest':
      return { make: shape, column: typedColumn(scope, only()[shape], inner, ['date']) };
    case 'money': {
      const members = only('currency');
      const column = typedColumn(scope, members[shape], inner, ['whole', 'decimal']);
      return { make: shape, column, currency: readCurrency(reader, members['currency'], join(path, 'currency')) };
    }
    case 'sum':
      return readSum(scope, only('currency', 'absolute'), path);
    case 'map':
      return readMap(scope, only('of', 'otherwise'), path);
    case 'object':
    case 'each':
      return { make: shape, members: readMembers(scope, only()[shape], inner) };
    case 'firstOf': {
      const values = reader.list(only()[shape], inner, profileLimits.rules);
      return { make: shape, values: values.map((entry, index) => readValue(scope, entry, at(inner, index))) };
    }
  }
}

function readSum(scope: ValueScope, members: Readonly<Record<string, unknown>>, path: string): Value {
  const { reader } = scope;
  const names = reader.texts(members['sum'], join(path, 'sum'), 4);
  if (names.length === 0) reader.problem(join(path, 'sum'), 'needs at least one column');
  const columns = names.map((name, index) =>
    typedColumn(scope, name, at(join(path, 'sum'), index), ['whole', 'decimal']),
  );
  const absolute = reader.flag(members['absolute'], join(path, 'absolute'));
  if (members['currency'] === undefined) return { make: 'sum', columns, absolute };
  return {
    make: 'sum',
    columns,
    absolute,
    currency: readCurrency(reader, members['currency'], join(path, 'currency')),
  };
}

function readMap(scope: ValueScope, members: Readonly<Record<string, unknown>>, path: string): Value {
  const { reader } = scope;
  const column = readColumnName(reader, members['of'], join(path, 'of'), { has: (name) => name in scope.columns });
  const entries = reader.members(members['map'], join(path, 'map'), profileLimits.mapEntries);
  const values = Object.fromEntries(
    entries.map(([from, to]) => [from, reader.scalar(to, join(join(path, 'map'), from))]),
  );
  if (members['otherwise'] === undefined) return { make: 'map', column, values };
  return { make: 'map', column, values, otherwise: reader.scalar(members['otherwise'], join(path, 'otherwise')) };
}

/** `order {invoice}`; a brace itself is written twice. */
function readTemplate(scope: ValueScope, template: string, path: string): readonly TextPart[] {
  const { reader } = scope;
  if (template.length > profileLimits.textLength)
    reader.problem(path, `may have at most ${String(profileLimits.textLength)} characters`);
  const parts: TextPart[] = [];
  for (const [piece, column] of template.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (column !== undefined) {
      const known = column in scope.columns || (column === ROW_ID && scope.hasRowId);
      if (!known) reader.problem(path, `uses {${column}}, which "columns" does not declare`);
      parts.push({ column });
    } else if (piece === '{' || piece === '}')
      reader.problem(path, 'has a single brace; write it twice when it is meant as text');
    else parts.push({ text: piece === '{{' ? '{' : piece === '}}' ? '}' : piece });
  }
  return parts;
}

/** A column of one of these types, and one that is required unless a missing value merely leaves the member out. */
function typedColumn(
  scope: ValueScope,
  value: unknown,
  path: string,
  kinds: readonly ColumnSpec['type']['kind'][],
): string {
  const name = readColumnName(scope.reader, value, path, { has: (column) => column in scope.columns });
  const column = scope.columns[name];
  if (column !== undefined && !kinds.includes(column.type.kind))
    scope.reader.problem(path, `needs a column of type ${kinds.join(' or ')}; ${name} is ${column.type.kind}`);
  // A sum or a minimum over rows of which some have no value would be wrong without anybody noticing.
  else if (column !== undefined && !column.required)
    scope.reader.problem(path, `needs "required": true on the column ${name}`);
  return name;
}

function readCurrency(reader: ProfileReader, value: unknown, path: string): string {
  const currency = reader.text(value, path, 3);
  if (!/^[A-Z]{3}$/.test(currency)) reader.problem(path, 'must be an ISO 4217 code, for example GBP');
  return currency;
}
