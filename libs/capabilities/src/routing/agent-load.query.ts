import {
  type AgentLoadView,
  type AgentSettingsDto,
  channels,
  type ChannelLoadView,
  type TeamSettingsDto,
} from '#contracts';
import { type ReadModels } from '#kernel';
import { type RoutingItemRow } from './routing-items.projection.js';
import { limitOn, termsOf } from './team-terms.js';

/** Nobody has more before them, whatever was given to them by hand. */
const MAX_ITEMS = 2_000;
const MAX_TEAMS = 1_000;

/** What somebody has before them and may have, by channel; `undefined` where nothing is known of them. */
export async function agentLoad(readModels: ReadModels, agent: string): Promise<AgentLoadView | undefined> {
  const [known] = await readModels.query<{ readonly settings: AgentSettingsDto | null }>(
    `SELECT settings FROM {agents} WHERE agent_id = $1`,
    [agent],
  );
  if (!known) return undefined;
  const items = await readModels.query<RoutingItemRow>(
    `SELECT channel, team, priority, tags, direction FROM {routing-items} WHERE agent = $1 LIMIT ${String(MAX_ITEMS)}`,
    [agent],
  );
  const named = [...new Set(items.flatMap(({ team }) => (team === null ? [] : [team])))];
  const rows = await readModels.query<{ readonly team_id: string; readonly settings: TeamSettingsDto }>(
    `SELECT team_id, settings FROM {teams} WHERE team_id = ANY ($1) OR settings -> 'channels' IS NOT NULL
     ORDER BY team_id LIMIT ${String(MAX_TEAMS)}`,
    [named],
  );
  const teams = Object.fromEntries(rows.map(({ team_id, settings }) => [team_id, settings]));
  const loads = channels.map((channel): ChannelLoadView => {
    const load = items
      .filter((item) => item.channel === channel)
      .reduce((sum, item) => sum + (termsOf({ teams }, item)?.weight ?? 1), 0);
    const limit = known.settings === null ? 0 : limitOn(known.settings, channel);
    return { channel, load, limit, excess: Math.max(0, load - limit) };
  });
  return { id: agent, channels: loads.filter(({ load, limit }) => load > 0 || limit > 0) };
}
