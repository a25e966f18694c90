import { type TeamSettingsDto } from '#contracts';
import { type Pieces } from '#kernel';
import { itemsOf } from './routing-items.js';
import { type RoutingAgent, type RoutingItem, type RoutingState } from './routing-state.js';

type Change = readonly [name: string, piece: unknown];

/**
 * A row for each team, agent and conversation: as one document, 10,000 conversations were 4 MB at each page of the log, and 100,000 were 38 MB,
 * which took more than a second.
 */
export const routingPieces: Pieces<RoutingState> = {
  changed: function* (before, after): Generator<Change> {
    if (before.turns !== after.turns) yield ['turns', after.turns];
    yield* changedIn('team', before.teams, after.teams);
    yield* changedIn('agent', before.agents, after.agents);
    const parts = new Set([...Object.keys(before.items), ...Object.keys(after.items)]);
    for (const part of parts) yield* changedIn('item', before.items[part], after.items[part]);
  },
  joined: (pieces) => {
    const teams: Record<string, TeamSettingsDto> = {};
    const agents: Record<string, RoutingAgent> = {};
    const items: RoutingItem[] = [];
    let turns = 0;
    for (const [name, piece] of pieces) {
      const [of, id] = [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)];
      // What was written is what is read: nobody else writes these rows.
      if (of === 'team') teams[id] = piece as TeamSettingsDto;
      else if (of === 'agent') agents[id] = piece as RoutingAgent;
      else if (of === 'item') items.push(piece as RoutingItem);
      else turns = Number(piece);
    }
    return { teams, agents, items: itemsOf(items), turns };
  },
};

type Named = Readonly<Record<string, unknown>> | undefined;

/** What two states share is the same object. */
function* changedIn(of: string, before: Named = {}, after: Named = {}): Generator<Change> {
  if (before === after) return;
  for (const [id, piece] of Object.entries(after)) if (before[id] !== piece) yield [`${of} ${id}`, piece];
  for (const id of Object.keys(before)) if (!Object.hasOwn(after, id)) yield [`${of} ${id}`, undefined];
}
