import { type Clock } from '#kernel';
import { type Access } from '#platform/access';

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
