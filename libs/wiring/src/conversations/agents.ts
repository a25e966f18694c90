import { teamStream } from '#contracts';
import { type Clock } from '#kernel';
import { type Access } from '#platform/access';
import { type ReadFromStore } from '#platform/event-store';
import { type Named } from '../messages/failures.js';

/** Who and what can be named: of what nobody has set up, nothing would ever come. */
export interface SetUp {
  /** Whether somebody can have conversations, by kind and id. */
  readonly isAgent: (actor: string) => Promise<boolean>;
  /** Whether somebody has set a team up, by its word. */
  readonly isTeam: (team: string) => Promise<boolean>;
}

/** Whether an actor is somebody who can have conversations: a person who may sign in, or a program with a key. */
export const isAgentIn =
  ({ users, apiKeys }: Pick<Access, 'users' | 'apiKeys'>, clock: Clock) =>
  async (actor: string): Promise<boolean> => {
    const [kind, id = ''] = actor.split(':');
    if (kind === 'key') {
      const key = UUID.test(id) ? await apiKeys.find(id) : undefined;
      return key !== undefined && key.revokedAt === undefined && (key.expiresAt ?? Infinity) > clock.now();
    }
    if (kind !== 'user' || !UUID.test(id)) return false;
    const user = await users.find(id);
    return user !== undefined && user.disabledAt === undefined;
  };

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** By the log, which is never behind. A team that was set up stays. */
export const isTeamIn =
  (store: Pick<ReadFromStore, 'readStream'>) =>
  async (team: string): Promise<boolean> =>
    (await store.readStream(teamStream(team), 0, 1)).events.length > 0;

/** The first that nobody has set up, and the reason that it is. */
export async function firstUnknown(
  { isAgent, isTeam }: SetUp,
  named: readonly Named[],
): Promise<{ readonly reason: 'unknown-agent' | 'unknown-team'; readonly unknown: Named } | undefined> {
  for (const unknown of named) {
    const isThere = unknown.kind === 'team' ? isTeam(unknown.name) : isAgent(unknown.name);
    if (!(await isThere)) return { reason: `unknown-${unknown.kind}`, unknown };
  }
  return undefined;
}
