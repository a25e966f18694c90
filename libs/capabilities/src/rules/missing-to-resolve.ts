import { type Channel, type Priority, type RequiredThing, type RequirementDto, tagAmong } from '#contracts';

/** A conversation as it would be resolved. */
export interface Resolving {
  readonly channel: Channel | null;
  readonly priority: Priority;
  readonly agent: string | null;
  readonly team: string | null;
  readonly tags: readonly string[];
}

export interface Missing {
  readonly requirement: string;
  readonly thing: RequiredThing;
  /** Tags of which one would do; none: any would. */
  readonly oneOf: readonly string[];
}

const isOneOf = <Value>(values: readonly Value[] | undefined, value: Value | null): boolean =>
  values === undefined || (value !== null && values.includes(value));

export const requirementApplies = (
  { when = {} }: RequirementDto,
  { channel, priority, team, tags }: Resolving,
): boolean =>
  isOneOf(when.channel, channel) &&
  isOneOf(when.priority, priority) &&
  isOneOf(when.team, team) &&
  (when.tags === undefined || tagAmong(tags, when.tags) !== undefined);

/**
 * What a conversation lacks before it may be resolved.
 * @param unexplained whether a complaint was made in it that has no root cause; asked only where it matters
 */
export async function missingToResolve(
  requirements: readonly RequirementDto[],
  conversation: Resolving,
  unexplained: () => Promise<boolean>,
): Promise<readonly Missing[]> {
  const { agent, team, tags } = conversation;
  const missing: Missing[] = [];
  for (const requirement of requirements.filter((each) => requirementApplies(each, conversation)))
    for (const thing of requirement.needs) {
      const { id, oneOfTags = [] } = requirement;
      const isThere = {
        agent: () => agent !== null,
        team: () => team !== null,
        tag: () => (oneOfTags.length === 0 ? tags.length > 0 : tagAmong(tags, oneOfTags) !== undefined),
        root_cause: async () => !(await unexplained()),
      };
      if (!(await isThere[thing]())) missing.push({ requirement: id, thing, oneOf: thing === 'tag' ? oneOfTags : [] });
    }
  return missing;
}

export type RequirementsRefusal = {
  readonly code: 'listed-twice' | 'tags-without-need';
  readonly field: string;
};

/** Why a list of requirements cannot be saved. */
export function checkRequirements(requirements: readonly RequirementDto[]): RequirementsRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, needs, oneOfTags }] of requirements.entries()) {
    const field = `requirements.${String(index)}`;
    if (seen.has(id)) return { code: 'listed-twice', field: `${field}.id` };
    seen.add(id);
    // It would be believed in, and never be asked for.
    if (oneOfTags !== undefined && !needs.includes('tag'))
      return { code: 'tags-without-need', field: `${field}.oneOfTags` };
  }
  return undefined;
}
