import { type Columns } from './columns.js';
import { compileCondition, type RowTest } from './conditions.js';
import { EqualRows } from './equal-rows.js';
import { profileLimits, type Profile, type RefusalRule, type Route, type TouchpointTemplate } from './profile.js';
import { type Refusal, type RefusedRow, type Row } from './row.js';
import { compileMembers, compileValue, type MakeValue, type ValueContext } from './values.js';

/** What became of a row before it met the other rows of its group. */
export type RowDecision = { readonly refused: Refusal } | { readonly group: string | undefined };

/** What became of a group: at most one touchpoint, and the rows that are not part of it. */
export interface MappedGroup {
  /** As it goes to the front door; validated there. */
  readonly touchpoint?: unknown;
  readonly rows: readonly Row[];
  readonly refused: readonly RefusedRow[];
}

/** A profile, ready for one input. Pure, apart from counting equal rows. */
export interface Mapper {
  readonly isGrouped: boolean;
  /** Told every row once, in order. The group is its key, or `undefined` for a row by itself. */
  decide(row: Row): RowDecision;
  map(rows: readonly [Row, ...Row[]]): MappedGroup;
}

export function compileProfile(profile: Profile, columns: Columns): Mapper {
  const equalRows = profile.rowId === undefined ? undefined : new EqualRows(columns, profile.rowId.digestOf);
  const context: ValueContext = { columns, rowId: (row) => equalRows?.idOf(row) ?? '' };
  const refusals = profile.refuse.map((rule) => compileRule(rule, columns));
  const routes = profile.routes.map((route) => compileRoute(route, context));
  return {
    isGrouped: profile.groupBy.length > 0,
    decide(row) {
      if (row.problem !== undefined) return { refused: row.problem };
      equalRows?.count(row);
      const refused = refusals.find(({ test }) => test(row))?.refusal ?? columns.problemOf(row);
      if (refused !== undefined) return { refused };
      if (profile.groupBy.length === 0) return { group: undefined };
      return { group: profile.groupBy.map((column) => columns.text(row, column)).join('\u001f') };
    },
    map: (rows) => mapGroup(rows, { routes, columns, uniform: profile.uniform }),
  };
}

/** Native touchpoints, one JSON document a line: sent as they are. */
export const nativeMapper: Mapper = {
  isGrouped: false,
  decide: (row) => (row.problem === undefined ? { group: undefined } : { refused: row.problem }),
  map: (rows) => ({ touchpoint: JSON.parse(rows[0].raw ?? ''), rows, refused: [] }),
};

export const groupTooLarge: Refusal = {
  reason: 'group_too_large',
  detail: `more than ${String(profileLimits.groupRows)} rows agree in the columns of groupBy`,
};

interface CompiledRule {
  readonly test: RowTest;
  readonly refusal: Refusal;
}

interface CompiledRoute {
  readonly takes: RowTest;
  readonly refusals: readonly CompiledRule[];
  readonly needs: CompiledRule | undefined;
  readonly touchpoint: MakeValue;
}

const compileRule = ({ when, reason }: RefusalRule, columns: Columns): CompiledRule => ({
  test: compileCondition(when, columns),
  refusal: { reason, detail: `the profile refuses it: ${reason}` },
});

function compileRoute(route: Route, context: ValueContext): CompiledRoute {
  return {
    takes: route.when === undefined ? () => true : compileCondition(route.when, context.columns),
    refusals: route.refuse.map((rule) => compileRule(rule, context.columns)),
    needs: route.needs === undefined ? undefined : compileRule(route.needs, context.columns),
    touchpoint: compileTouchpoint(route.touchpoint, context),
  };
}

function compileTouchpoint(template: TouchpointTemplate, context: ValueContext): MakeValue {
  const { identifiers, profile, data, ...members } = template;
  const makeMembers = compileMembers(members, context);
  const makeProfile = compileMembers(profile, context);
  const makeData = compileMembers(data, context);
  const makeIdentifiers = identifiers.map(({ kind, value }) => ({ kind, make: compileValue(value, context) }));
  return (rows) => {
    const made = makeProfile(rows);
    return {
      ...makeMembers(rows),
      identifiers: makeIdentifiers.flatMap(({ kind, make }) => {
        const value = make(rows);
        return value === undefined ? [] : [{ kind, value }];
      }),
      ...(made === undefined ? {} : { profile: made }),
      data: makeData(rows) ?? {},
    };
  };
}

interface GroupRules {
  readonly routes: readonly CompiledRoute[];
  readonly columns: Columns;
  readonly uniform: readonly string[];
}

function mapGroup(rows: readonly [Row, ...Row[]], { routes, columns, uniform }: GroupRules): MappedGroup {
  const [first] = rows;
  const mixed = uniform.find((column) => rows.some((row) => columns.text(row, column) !== columns.text(first, column)));
  if (mixed !== undefined)
    return allRefused(rows, { reason: `mixed_${mixed}`, detail: `the rows of the group differ in ${mixed}` });
  const route = routes.find(({ takes }) => takes(first));
  if (route === undefined) return allRefused(rows, { reason: 'no_route', detail: 'no entry of touchpoints takes it' });

  const refused: RefusedRow[] = [];
  const kept: Row[] = [];
  for (const row of rows) {
    const rule = route.refusals.find(({ test }) => test(row));
    if (rule === undefined) kept.push(row);
    else refused.push({ row, ...rule.refusal });
  }
  const [keptFirst, ...keptOthers] = kept;
  if (keptFirst === undefined) return { rows: [], refused };
  const { needs } = route;
  if (needs !== undefined && !kept.some(needs.test))
    return { rows: [], refused: [...refused, ...allRefused(kept, needs.refusal).refused] };
  return { touchpoint: route.touchpoint([keptFirst, ...keptOthers]), rows: kept, refused };
}

const allRefused = (rows: readonly Row[], refusal: Refusal): MappedGroup => ({
  rows: [],
  refused: rows.map((row) => ({ row, ...refusal })),
});
