import { formatProblem, isZone } from './local-time.js';
import { readCondition, readRule, readRules, type KnownColumns } from './profile-conditions.js';
import { at, isObject, join, ProfileReader } from './profile-reader.js';
import { readMembers, readValue, type ValueScope } from './profile-values.js';
import {
  profileLimits,
  ROW_ID,
  type ColumnSpec,
  type ColumnType,
  type InputSettings,
  type Profile,
  type Route,
  type TouchpointTemplate,
} from './profile.js';

export type ParsedProfile =
  { readonly ok: true; readonly profile: Profile } | { readonly ok: false; readonly problems: readonly string[] };

/** Version of the language; a profile says which one it was written for. */
export const PROFILE_LANGUAGE = 1;

/** Checks a profile document and gives it a type, or says everything that is wrong with it at once. */
export function parseProfile(document: unknown): ParsedProfile {
  const reader = new ProfileReader();
  const members = reader.object(document, '', [
    ...['safarProfile', 'name', 'description', 'input', 'columns', 'rowId'],
    ...['refuse', 'groupBy', 'uniform', 'common', 'touchpoints'],
  ]);
  if (members['safarProfile'] !== PROFILE_LANGUAGE)
    reader.problem('safarProfile', `must be ${String(PROFILE_LANGUAGE)}`);
  const columns = readColumns(reader, members['columns']);
  const known: KnownColumns = { has: (name) => name in columns };
  const digestOf =
    members['rowId'] === undefined
      ? undefined
      : readNames(reader, readObject(reader, members['rowId'])['digestOf'], 'rowId.digestOf', known);
  const scope: ValueScope = { reader, columns, hasRowId: digestOf !== undefined };
  const common = members['common'] === undefined ? {} : reader.object(members['common'], 'common', touchpointMembers);
  const routes = reader
    .list(members['touchpoints'], 'touchpoints', profileLimits.routes)
    .map((entry, index) => readRoute({ ...scope, common }, entry, at('touchpoints', index), known));
  if (routes.length === 0) reader.problem('touchpoints', 'needs at least one entry');
  const profile: Profile = {
    name: reader.text(members['name'], 'name', 100),
    description: members['description'] === undefined ? '' : reader.text(members['description'], 'description', 4_000),
    input: readInput(reader, members['input']),
    columns,
    ...(digestOf === undefined ? {} : { rowId: { digestOf } }),
    refuse: readRules(reader, members['refuse'], 'refuse', known),
    groupBy: readNames(reader, members['groupBy'], 'groupBy', known),
    uniform: readNames(reader, members['uniform'], 'uniform', known),
    routes,
  };
  return reader.problems.length === 0 ? { ok: true, profile } : { ok: false, problems: reader.problems };
}

const readObject = (reader: ProfileReader, value: unknown): Readonly<Record<string, unknown>> =>
  reader.object(value, 'rowId', ['digestOf']);

function readNames(reader: ProfileReader, value: unknown, path: string, known: KnownColumns): readonly string[] {
  const names = reader.texts(value ?? [], path, profileLimits.columns);
  for (const name of names)
    if (!known.has(name))
      reader.problem(path, `names the column ${JSON.stringify(name)}, which "columns" does not declare`);
  return names;
}

function readInput(reader: ProfileReader, value: unknown): InputSettings {
  const members = value === undefined ? {} : reader.object(value, 'input', ['format', 'delimiter', 'encoding']);
  const delimiter = members['delimiter'] === undefined ? ',' : reader.text(members['delimiter'], 'input.delimiter', 1);
  return {
    format:
      members['format'] === undefined
        ? 'csv'
        : (reader.oneOf(members['format'], 'input.format', ['csv', 'jsonl']) ?? 'csv'),
    delimiter,
    encoding:
      members['encoding'] === undefined
        ? 'utf8'
        : (reader.oneOf(members['encoding'], 'input.encoding', ['utf8', 'latin1']) ?? 'utf8'),
  };
}

function readColumns(reader: ProfileReader, value: unknown): Readonly<Record<string, ColumnSpec>> {
  const entries = reader.members(value, 'columns', profileLimits.columns);
  if (entries.length === 0) reader.problem('columns', 'needs at least one column');
  for (const [name] of entries) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || name === ROW_ID)
      reader.problem(join('columns', name), 'is not a column name: letters, digits and _, and not rowId');
  }
  return Object.fromEntries(entries.map(([name, column]) => [name, readColumn(reader, column, join('columns', name))]));
}

function readColumn(reader: ProfileReader, value: unknown, path: string): ColumnSpec {
  if (!isObject(value))
    return { from: reader.texts(value, path, 20), optional: false, required: false, type: { kind: 'text' } };
  const members = reader.object(value, path, ['from', 'optional', 'required', 'type', 'formats', 'zone', 'timeOfDay']);
  const from = reader.texts(members['from'], join(path, 'from'), 20);
  if (from.length === 0) reader.problem(join(path, 'from'), 'needs at least one name');
  return {
    from,
    optional: reader.flag(members['optional'], join(path, 'optional')),
    required: reader.flag(members['required'], join(path, 'required')),
    type: readType(reader, members, path),
  };
}

function readType(reader: ProfileReader, members: Readonly<Record<string, unknown>>, path: string): ColumnType {
  const kind =
    members['type'] === undefined
      ? 'text'
      : reader.oneOf(members['type'], join(path, 'type'), ['text', 'whole', 'decimal', 'date']);
  if (kind !== 'date') {
    for (const name of ['formats', 'zone', 'timeOfDay'])
      if (members[name] !== undefined) reader.problem(join(path, name), 'belongs to columns of type date');
    return { kind: kind ?? 'text' };
  }
  const formats = reader.texts(members['formats'], join(path, 'formats'), 20);
  if (formats.length === 0) reader.problem(join(path, 'formats'), 'needs at least one format, for example yyyy-MM-dd');
  for (const format of formats) {
    const problem = formatProblem(format);
    if (problem !== undefined) reader.problem(join(path, 'formats'), `${JSON.stringify(format)} ${problem}`);
  }
  const zone = reader.text(members['zone'], join(path, 'zone'));
  const zoneIsKnown = isZone(zone);
  if (zone !== '' && !zoneIsKnown)
    reader.problem(join(path, 'zone'), `${JSON.stringify(zone)} is not an IANA time zone`);
  const timeOfDay =
    members['timeOfDay'] === undefined ? '00:00' : reader.text(members['timeOfDay'], join(path, 'timeOfDay'));
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(timeOfDay)) reader.problem(join(path, 'timeOfDay'), 'must look like 12:00');
  return { kind: 'date', settings: { formats, zone: zoneIsKnown ? zone : 'UTC', timeOfDay } };
}

const touchpointMembers = ['id', 'source', 'kind', 'channel', 'occurredAt', 'identifiers', 'profile', 'data'] as const;

interface RouteScope extends ValueScope {
  /** What every route's touchpoint has unless it says otherwise. */
  readonly common: Readonly<Record<string, unknown>>;
}

function readRoute(scope: RouteScope, value: unknown, path: string, known: KnownColumns): Route {
  const { reader } = scope;
  const members = reader.object(value, path, ['when', 'refuse', 'needs', 'touchpoint']);
  return {
    ...(members['when'] === undefined
      ? {}
      : { when: readCondition(reader, members['when'], join(path, 'when'), known) }),
    refuse: readRules(reader, members['refuse'], join(path, 'refuse'), known),
    ...(members['needs'] === undefined
      ? {}
      : { needs: readRule(reader, members['needs'], join(path, 'needs'), known) }),
    touchpoint: readTemplate(scope, members['touchpoint'], join(path, 'touchpoint')),
  };
}

function readTemplate(scope: RouteScope, value: unknown, path: string): TouchpointTemplate {
  const { reader } = scope;
  const members = { ...scope.common, ...reader.object(value, path, touchpointMembers) };
  const valueOf = (name: string) => readValue(scope, members[name], join(path, name));
  const identifiers = reader.list(members['identifiers'], join(path, 'identifiers'), 20).map((entry, index) => {
    const entryPath = at(join(path, 'identifiers'), index);
    const identifier = reader.object(entry, entryPath, ['kind', 'value']);
    return {
      kind: reader.text(identifier['kind'], join(entryPath, 'kind'), 100),
      value: readValue(scope, identifier['value'], join(entryPath, 'value')),
    };
  });
  if (identifiers.length === 0) reader.problem(join(path, 'identifiers'), 'needs at least one identifier');
  return {
    id: valueOf('id'),
    source: valueOf('source'),
    kind: valueOf('kind'),
    ...(members['channel'] === undefined ? {} : { channel: valueOf('channel') }),
    occurredAt: valueOf('occurredAt'),
    identifiers,
    profile: members['profile'] === undefined ? {} : readMembers(scope, members['profile'], join(path, 'profile')),
    data: members['data'] === undefined ? {} : readMembers(scope, members['data'], join(path, 'data')),
  };
}
