import { randomUUID } from 'node:crypto';
import { agentStream, type AgentData, type EndReason } from '#contracts';
import { type Clock, type Result } from '#kernel';
import { type Access, type Actor, actorText, type UserFailure, type UserView } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';

export interface AccountPorts {
  readonly access: Pick<Access, 'users' | 'apiKeys'>;
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Pseudonyms;
  readonly clock: Clock;
}

/** What ends accounts and keys, and with them agents: accounts are no events, so that routing has to be told. */
export interface Accounts {
  setDisabled(user: string, disabled: boolean, by: Actor): Promise<Result<UserView, UserFailure>>;
  revokeKey(id: string, by: Actor): Promise<boolean>;
}

/** Told after it is so. Who dies in between does it again: an end is told each time. */
export const createAccounts = (ports: AccountPorts): Accounts => ({
  async setDisabled(user, disabled, by) {
    const changed = await ports.access.users.setDisabled(user, disabled, by);
    if (changed.ok && disabled) await tellEnd(ports, `user:${changed.value.id}`, { by, reason: 'account_disabled' });
    return changed;
  },
  async revokeKey(id, by) {
    const isRevoked = await ports.access.apiKeys.revoke(id, by);
    // Most keys are programs that only send: of those nobody said that they have conversations.
    const agent = isRevoked ? await ports.store.readStream(agentStream(`key:${id}`), 0, 1) : { events: [] };
    if (agent.events.length > 0) await tellEnd(ports, `key:${id}`, { by, reason: 'key_revoked' });
    return isRevoked;
  },
});

/** What they have goes back to the others, now and whenever a customer of theirs writes again. */
async function tellEnd(
  { store, vault, clock }: AccountPorts,
  agent: string,
  { by, reason }: { readonly by: Actor; readonly reason: EndReason },
): Promise<void> {
  const [stream, appendId] = [agentStream(agent), randomUUID()];
  const data: AgentData['agent.availability_changed'] = {
    ...{ by: actorText(by), availability: 'away_and_reassign', reason },
  };
  const meta = { source: '/safar', correlationId: appendId.replaceAll('-', ''), causationId: appendId };
  const event = { id: vault.uuid('agent-event', appendId), type: 'agent.availability_changed', schemaVersion: 1 };
  const { status } = await store.append({
    ...{ appendId, requestHash: vault.digest('agents', appendId) },
    streams: [{ stream, expect: 'any', events: [{ ...event, key: stream, occurredAt: clock.now(), data, meta }] }],
  });
  if (status !== 'appended' && status !== 'repeated') throw new Error(`the stream ${stream} is ${status}`);
}
