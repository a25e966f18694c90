import { type ListParameters, type AgentPage, type AgentView, type TeamPage, type TeamView } from '#contracts';
import { type Cursor, decodeCursor, DEFAULT_PAGE_LIMIT, type Page, pageOf } from '#contracts';
import { fail, type ReadModels, type Result, succeed } from '#kernel';
import { type AgentRow } from './agents.projection.js';
import { type TeamRow } from './teams.projection.js';

type Listing = Pick<ListParameters, 'cursor' | 'limit'>;

export async function findTeam(readModels: ReadModels, id: string): Promise<TeamRow | undefined> {
  const sql = `SELECT team_id, stream, settings, version, last_position FROM {teams} WHERE team_id = $1`;
  return (await readModels.query<TeamRow>(sql, [id]))[0];
}

export async function findAgent(readModels: ReadModels, id: string): Promise<AgentRow | undefined> {
  const sql = `
    SELECT agent_id, stream, settings, availability, available_since, version, last_position FROM {agents} WHERE agent_id = $1`;
  return (await readModels.query<AgentRow>(sql, [id]))[0];
}

/** Teams by their word. */
export async function listTeams(readModels: ReadModels, listing: Listing): Promise<Result<TeamPage, 'invalid_cursor'>> {
  const page = await listById<TeamRow>(readModels, listing, {
    ...{ list: 'teams', id: 'team_id', columns: 'settings, version' },
    idOf: ({ team_id }) => team_id,
  });
  return page.ok ? succeed({ ...page.value, data: page.value.data.map(teamView) }) : page;
}

/** Agents by kind and id. */
export async function listAgents(
  readModels: ReadModels,
  listing: Listing,
): Promise<Result<AgentPage, 'invalid_cursor'>> {
  const page = await listById<AgentRow>(readModels, listing, {
    ...{ list: 'agents', id: 'agent_id', columns: 'settings, availability, available_since, version' },
    idOf: ({ agent_id }) => agent_id,
  });
  return page.ok ? succeed({ ...page.value, data: page.value.data.map(agentView) }) : page;
}

export const teamView = ({ team_id, settings, version }: TeamRow): TeamView => ({
  ...{ id: team_id, settings, version: String(version) },
});

export const agentView = ({ agent_id, settings, availability, available_since, version }: AgentRow): AgentView => ({
  ...{ id: agent_id, settings, availability },
  availableSince: available_since === null ? null : new Date(available_since).toISOString(),
  version: String(version),
});

interface ById<Row> {
  readonly list: 'teams' | 'agents';
  readonly id: string;
  readonly columns: string;
  readonly idOf: (row: Row) => string;
}

/** Nothing has a longer id. */
const MAX_ID = 200;

async function listById<Row>(
  readModels: ReadModels,
  { limit = DEFAULT_PAGE_LIMIT, cursor: text }: Listing,
  { list, id, columns, idOf }: ById<Row>,
): Promise<Result<Page<Row>, 'invalid_cursor'>> {
  const cursor = text === undefined ? undefined : decodeCursor(list, text);
  const from = cursor === undefined ? undefined : fromOf(cursor);
  if (text !== undefined && from === undefined) return fail('invalid_cursor');
  const [beyond, sort] = cursor?.towards === 'prev' ? ['<', 'DESC'] : ['>', 'ASC'];
  const rows = await readModels.query<Row>(
    `SELECT ${id}, ${columns} FROM {${list}} WHERE $1::text IS NULL OR ${id} ${beyond} $1 ORDER BY ${id} ${sort} LIMIT ${String(limit + 1)}`,
    [from ?? null],
  );
  return succeed(pageOf(rows, { list, limit, cursor, keyOf: (row) => [idOf(row)] }));
}

function fromOf({ key }: Cursor): string | undefined {
  const [id, ...others] = key;
  return typeof id === 'string' && id.length <= MAX_ID && others.length === 0 && !id.includes('\0') ? id : undefined;
}
