import { type EventSource } from '#platform/consumers';
import { reactionAdmin, type ReactionHost, type ReactionSettings, startReactions } from '#platform/reactions';
import { auditedReactions, type OnBehalfOf } from '../audited.js';
import { type TakeUpPorts } from '../conversations/take-up-touchpoint.js';
import { type HolidaysFile } from '../messages/clock-settings.messages.js';
import { observeReactions } from '../observation.js';
import { createPassTime, reactions, runnableReactions } from '../reactions.js';
import { replayStoredRouting, type RoutingReplayRequest } from '../routing/replay-routing.js';
import { ClockBooks } from '../service-clocks/clock-books.js';
import { takeHolidaysAtOnce } from '../service-clocks/take-holidays.js';
import { type DecodeEvents } from '../sealing.js';
import { type Parts } from './parts.js';

interface ReactionParts {
  readonly source: EventSource;
  readonly decode: DecodeEvents;
  readonly conversations: TakeUpPorts;
}

export function reactionOperations(
  { pool, store, vault, clock, audit, metrics, readModels }: Parts,
  closers: (() => Promise<void>)[],
  { conversations, ...reading }: ReactionParts,
) {
  const admin = reactionAdmin({ pool, ...reading }, reactions);
  observeReactions(metrics, admin);
  const books = new ClockBooks(store);
  const { isAgent, isTeam } = conversations;
  const clockSettings = { store, vault, clock, books, isAgent, isTeam };
  return {
    clockSettings,
    takeHolidays: (holidays: HolidaysFile, { dryRun, ...by }: OnBehalfOf & { readonly dryRun: boolean }) =>
      takeHolidaysAtOnce({ ...clockSettings, audit }, holidays, { by, dryRun }),
    reactionAdmin: (by: OnBehalfOf) => auditedReactions(admin, audit, by),
    replayRouting: (request: RoutingReplayRequest) => replayStoredRouting({ ...reading, vault }, request),
    startReactions: (settings: Partial<ReactionSettings> = {}): ReactionHost => {
      const passTime = createPassTime(store, vault, clock);
      const runnables = runnableReactions({ store, vault, books, readModels, conversations });
      const host = startReactions({ pool, ...reading, passTime, settings }, runnables);
      closers.push(() => host.stop());
      return host;
    },
  };
}
