import { type DateSettings } from './local-time.js';

/** How rows become touchpoints, as a document: see docs/how-to/import.md for the language. Parsed and checked by `parseProfile`. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly input: InputSettings;
  /** By the name that the rest of the profile uses. */
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  /** Makes `{rowId}`: a digest of these columns, and a number that tells equal rows apart. */
  readonly rowId?: { readonly digestOf: readonly string[] };
  /** Tried on every row, in this order, before anything else. */
  readonly refuse: readonly RefusalRule[];
  /** Rows that agree in these columns make one touchpoint; none: every row by itself. */
  readonly groupBy: readonly string[];
  /** Columns that must be the same in all rows of a group. */
  readonly uniform: readonly string[];
  /** The first route whose condition holds for the first row of a group takes it. */
  readonly routes: readonly Route[];
}

export type InputFormat = 'csv' | 'jsonl';

export interface InputSettings {
  readonly format: InputFormat;
  readonly delimiter: string;
  /** `latin1` for older exports. */
  readonly encoding: 'utf8' | 'latin1';
}

export interface ColumnSpec {
  /** Names in the input; the first one that has a value counts. */
  readonly from: readonly string[];
  /** The input may lack the column. */
  readonly optional: boolean;
  /** A row in which it is empty is refused. */
  readonly required: boolean;
  readonly type: ColumnType;
}

export type ColumnType =
  | { readonly kind: 'text' }
  /** `17850.0` is read as `17850`. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'date'; readonly settings: DateSettings };

export interface RefusalRule {
  readonly when: Condition;
  /** snake_case; what the summary counts by. */
  readonly reason: string;
}

export type Condition =
  | { readonly test: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly test: 'not'; readonly of: Condition }
  | { readonly test: 'empty'; readonly column: string; readonly is: boolean }
  | { readonly test: 'in'; readonly column: string; readonly values: readonly string[] }
  | { readonly test: 'startsWith'; readonly column: string; readonly text: string }
  | { readonly test: Comparison; readonly column: string; readonly number: string };

export const comparisons = ['above', 'atLeast', 'below', 'atMost'] as const;
export type Comparison = (typeof comparisons)[number];

export interface Route {
  readonly when?: Condition;
  /** Rows that are refused while the rest of their group goes on. */
  readonly refuse: readonly RefusalRule[];
  /** At least one of the remaining rows must meet the condition, or the group is refused. */
  readonly needs?: RefusalRule;
  readonly touchpoint: TouchpointTemplate;
}

export interface TouchpointTemplate {
  readonly id: Value;
  readonly source: Value;
  readonly kind: Value;
  readonly channel?: Value;
  readonly occurredAt: Value;
  readonly identifiers: readonly { readonly kind: string; readonly value: Value }[];
  /** What it tells of the customer. */
  readonly profile: Members;
  /** What the schema of the kind says. */
  readonly data: Members;
}

export type Members = Readonly<Record<string, Value>>;

/** What a member of the touchpoint is made of. A value that comes out empty is left out. */
export type Value =
  /** Text with `{column}` in it. */
  | { readonly make: 'text'; readonly parts: readonly TextPart[] }
  | { readonly make: 'constant'; readonly value: number | boolean }
  | { readonly make: 'number'; readonly column: string; readonly absolute: boolean }
  | {
      readonly make: 'map';
      readonly column: string;
      readonly values: Readonly<Record<string, Scalar>>;
      readonly otherwise?: Scalar;
    }
  | { readonly make: 'money'; readonly column: string; readonly currency: string }
  /** Exact sum, over the rows of the group, of the product of the columns. */
  | {
      readonly make: 'sum';
      readonly columns: readonly string[];
      readonly absolute: boolean;
      readonly currency?: string;
    }
  | { readonly make: 'earliest' | 'latest'; readonly column: string }
  | { readonly make: 'object'; readonly members: Members }
  /** A list with an object for each row of the group. */
  | { readonly make: 'each'; readonly members: Members }
  | { readonly make: 'firstOf'; readonly values: readonly Value[] };

export type Scalar = string | number | boolean;

export type TextPart = { readonly text: string } | { readonly column: string };

/** The name by which templates use the row's own id. */
export const ROW_ID = 'rowId';

/** Every list of a profile has a limit; reaching one is an error when the profile is read. */
export const profileLimits = {
  /** A profile is written by hand; 256 KB is a mistake. */
  fileBytes: 262_144,
  columns: 200,
  rules: 100,
  routes: 50,
  members: 200,
  mapEntries: 2_000,
  depth: 8,
  textLength: 1_000,
  /** Rows of one group; the largest real invoice we know has 1,114. */
  groupRows: 10_000,
} as const;
