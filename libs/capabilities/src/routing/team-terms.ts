import { type AgentSettingsDto, tagAmong, type TeamSettingsDto } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RoutingItem, type RoutingState } from './routing-state.js';

export interface ItemTerms {
  readonly team: string;
  readonly settings: TeamSettingsDto;
  readonly weight: number;
  readonly skills: readonly string[];
  readonly languages: readonly string[];
}

type Described = Pick<RoutingItem, 'channel' | 'team' | 'priority' | 'tags' | 'direction'>;

/** The team that a conversation waits in: its own, or the first by name that takes what has none on its channel. */
export function teamOf({ teams }: Pick<RoutingState, 'teams'>, { team, channel }: Described): string | undefined {
  if (team !== null) return Object.hasOwn(teams, team) ? team : undefined;
  return Object.keys(teams)
    .sort()
    .find((each) => teams[each]?.channels?.includes(channel) === true);
}

/** What a conversation needs and weighs; `undefined` where no team has it. */
export function termsOf(state: Pick<RoutingState, 'teams'>, item: Described): ItemTerms | undefined {
  const team = teamOf(state, item);
  const settings = team === undefined ? undefined : state.teams[team];
  if (team === undefined || settings === undefined) return undefined;
  const needs = (settings.needs ?? []).filter(
    ({ channels, tags, direction }) =>
      (channels?.includes(item.channel) ?? true) &&
      (tags === undefined || tagAmong(item.tags, tags) !== undefined) &&
      (direction === undefined || direction === item.direction),
  );
  return {
    ...{ team, settings, weight: weightBy(settings, item) },
    skills: [...new Set(needs.flatMap(({ skills = [] }) => skills))].sort(),
    languages: [...new Set(needs.flatMap(({ language }) => (language === undefined ? [] : [language])))].sort(),
  };
}

function weightBy({ weights = [] }: TeamSettingsDto, { channel, priority }: Described): number {
  const rule = weights.find(
    ({ channels, priorities }) => (channels?.includes(channel) ?? true) && (priorities?.includes(priority) ?? true),
  );
  return rule?.weight ?? 1;
}

/** How much somebody may have at once on a channel. */
export const limitOn = ({ capacity }: AgentSettingsDto, channel: string): number =>
  (capacity.find((each) => each.channel === channel) ?? capacity.find((each) => each.channel === undefined))?.limit ??
  0;

/** How many teams it overflows into by then. */
export function overflowsAsked({ settings: { overflow } }: ItemTerms, since: EpochMs, now: EpochMs): number {
  let asked = 0;
  if (overflow) for (const { afterSeconds } of overflow) if (now >= since + afterSeconds * 1_000) asked += 1;
  return asked;
}

/** Teams whose members may have it at a time, its own first, then those that it overflows into, in the order of the list. */
export function teamsAsked({ team, settings }: ItemTerms, since: EpochMs, now: EpochMs): readonly string[] {
  const overflow = (settings.overflow ?? []).filter(({ afterSeconds }) => now >= since + afterSeconds * 1_000);
  return [team, ...overflow.map((each) => each.team)];
}
