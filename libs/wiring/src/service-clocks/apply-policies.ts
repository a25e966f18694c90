import { type ApplyPolicies, openConversationsAfter } from '#capabilities';
import { appliedStream } from '#contracts';
import { canonicalJson, type ReadModels } from '#kernel';
import { type EventStore } from '#platform/event-store';
import { CommandRefusedError, CommandTooEarlyError, type IssuedCommand } from '#platform/reactions';
import { type Vault } from '#platform/vault';

export interface ApplyPorts {
  readonly store: Pick<EventStore, 'append'>;
  readonly vault: Pick<Vault, 'uuid' | 'digest'>;
  readonly readModels: ReadModels;
}

/** Conversations in one append: small beside what a flush takes. */
const PAGE = 200;
const PATIENCE_MS = 5_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Tells every open conversation that policies or a calendar were saved, in an event of its own: so that it comes after everything that
 * happened in the conversation before, and its clocks are told by whoever tells them everything else.
 */
export const createPolicyApplier =
  (ports: ApplyPorts) =>
  async ({ id, correlationId, causationId, command }: IssuedCommand<ApplyPolicies>): Promise<void> => {
    const { store, vault, readModels } = ports;
    const { savedPosition, savedAt } = command;
    if (!(await readModels.waitUntil('conversations', BigInt(savedPosition), PATIENCE_MS)))
      throw new CommandTooEarlyError('the conversations are behind what was saved');
    for (let after = FIRST; ;) {
      const page = await openConversationsAfter(readModels, after, PAGE);
      const last = page.at(-1);
      if (!last) return;
      // Of a page that was told before a crash. One that differs since is told again, which changes nothing.
      const ids = canonicalJson(page.map(({ conversation_id }) => conversation_id));
      const appendId = vault.uuid('apply-policies', id, ids);
      const outcome = await store.append({
        appendId,
        requestHash: vault.digest('apply-policies', ids),
        streams: page.map(({ conversation_id: conversationId, customer_id }, index) => ({
          ...{ stream: appliedStream(conversationId), expect: 'any' },
          events: [
            {
              ...{ id: vault.uuid('apply-policies-event', appendId, String(index)), type: 'service_policies.applied' },
              ...{ schemaVersion: 1, key: customer_id, occurredAt: savedAt, data: { conversationId, savedPosition } },
              meta: { source: '/safar', correlationId, causationId },
            },
          ],
        })),
      });
      if (outcome.status !== 'appended' && outcome.status !== 'repeated') throw new CommandRefusedError(outcome.status);
      after = last.conversation_id;
    }
  };
