import { type TeamSettingsDto } from '#contracts';
import { type Pieces } from '#kernel';
import { changedItems, differing, itemsOf } from './routing-items.js';
import { type RoutingAgent, type RoutingItem, type RoutingState } from './routing-state.js';

type Change = readonly [name: string, piece: unknown];

/**
 * A row for each team, agent and conversation: as one document, 10,000 conversations were 4 MB at each page of the log, and 100,000 were 38 MB,
 * which took more than a second.
 */
export const routingPieces: Pieces<RoutingState> = {
  changed: function* (before, after): Generator<Change> {
    if (before.turns !== after.turns) yield ['turns', after.turns];
    for (const id of differing(before.teams, after.teams)) yield [`team ${id}`, after.teams[id]];
    for (const id of differing(before.agents, after.agents)) yield [`agent ${id}`, after.agents[id]];
    for (const [id, item] of changedItems(before.items, after.items)) yield [`item ${id}`, item];
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
