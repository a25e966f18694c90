import { type RootCauseDto, type RootCausesDefined, ROOT_CAUSES_STREAM } from '#contracts';
import { type Projection, type ReadModels } from '#kernel';

export type RootCausesRefusal =
  /** Two causes of one code. */
  | 'listed-twice'
  /** A wider cause that is not in the list, or is its own. */
  | 'within-nothing'
  /** A code that complaints may have been explained by: it is retired, never removed. */
  | 'removed';

/** Why a list of root causes cannot follow another. */
export function checkRootCauses(
  causes: readonly RootCauseDto[],
  before: readonly RootCauseDto[],
): RootCausesRefusal | undefined {
  const within = new Map(causes.map((cause) => [cause.code, cause.within]));
  if (within.size < causes.length) return 'listed-twice';
  if (before.some(({ code }) => !within.has(code))) return 'removed';
  return causes.every(({ code }) => reachesTop(within, code)) ? undefined : 'within-nothing';
}

/** From a cause to the widest that it belongs to, through causes of the list, never the same twice. */
function reachesTop(within: ReadonlyMap<string, string | undefined>, code: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = code; at !== undefined; at = within.get(at)) {
    if (seen.has(at) || !within.has(at)) return false;
    seen.add(at);
  }
  return true;
}

export type RootCausesRow = {
  readonly version: number;
  readonly stream: string;
  readonly causes: readonly RootCauseDto[];
  readonly last_position: bigint;
};

/** Each version of the list of root causes: a finding names the version that it was found in. */
export const rootCauses: Projection<RootCausesRow, RootCausesDefined> = {
  name: 'root-causes',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      version: { type: 'integer' },
      stream: { type: 'text' },
      causes: { type: 'json' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['version'],
    owner: 'stream',
  },
  keys: ({ version }) => [[version]],
  when: {
    'root_causes.defined': (_before, { version, stream, position, data: { causes } }) => ({
      ...{ version, stream, causes, last_position: position },
    }),
  },
};

/** The list as it is, or as a version of it was; nothing where there is none. */
export async function findRootCauses(readModels: ReadModels, version?: number): Promise<RootCausesRow | undefined> {
  const rows = await readModels.query<RootCausesRow>(
    `SELECT version, stream, causes, last_position FROM {root-causes}
     WHERE stream = $1 AND ($2::integer IS NULL OR version = $2) ORDER BY version DESC LIMIT 1`,
    [ROOT_CAUSES_STREAM, version ?? null],
  );
  return rows[0];
}
