import { conversation } from '#capabilities';
import { type RequirementDto } from '#contracts';
import { loadConversation } from '../conversations/conversation-log.js';
import { openMemoryEventStore } from '#platform/event-store';
import { createMemoryVault } from '#platform/vault';
import { openedConversation } from '../routing/fixtures/opened-conversation.js';
import { missingIn, type ResolvingPorts } from './resolving.js';

/** What is missing in a chat that is resolved while the read models are behind. */
async function missing(requirement: Omit<RequirementDto, 'id'>) {
  const ports = { store: openMemoryEventStore(), vault: createMemoryVault() };
  const own = await loadConversation(ports, (await openedConversation(ports)).id);
  const resolving = conversation.decide(own.state, { type: 'ChangeStatus', at: 1, by: 'user:a', category: 'resolved' });
  if (!resolving.accepted) throw new Error(resolving.reason);
  const behind = {
    directory: { head: () => Promise.resolve(9n), readModels: { waitUntil: () => Promise.resolve(false) } },
    ruleBooks: {
      requirements: { last: () => Promise.resolve({ data: { requirements: [{ id: 'one', ...requirement }] } }) },
    },
  } as unknown as ResolvingPorts;
  const part = { conversation: own, facts: resolving.events };
  const result = await missingIn(behind, part, [part]);
  return result.ok ? result.value.map(({ thing }) => thing) : result.reason.code;
}

it('who resolves waits for the complaints only where a root cause is asked for', async () => {
  expect(await missing({ needs: ['root_cause'] })).toBe('not_caught_up');
  expect(await missing({ needs: ['root_cause'], when: { channel: ['email'] } })).toEqual([]);
  expect(await missing({ needs: ['agent'] })).toEqual(['agent']);
});
