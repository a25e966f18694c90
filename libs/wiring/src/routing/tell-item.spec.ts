import { type TellItem } from '#capabilities';
import { conversationStream, routingStream } from '#contracts';
import { openMemoryEventStore } from '#platform/event-store';
import { type IssuedCommand } from '#platform/reactions';
import { createMemoryVault, MemoryKeyStore } from '#platform/vault';
import { openedConversation, newId } from './fixtures/opened-conversation.js';
import { createItemTeller, type TellPorts } from './tell-item.js';

const since = '2026-03-21T09:00:00.000Z';
const nobodyBefore = { readModels: { query: () => Promise.resolve([]) } } as unknown as TellPorts['directory'];

/** Two processes on one log, each with a cache of keys of its own; and a conversation. */
async function given() {
  const store = openMemoryEventStore();
  const keys = new MemoryKeyStore();
  const [vault, other] = [createMemoryVault({ store: keys }), createMemoryVault({ store: keys })];
  const { id, customerId } = await openedConversation({ store, vault });
  const tell = createItemTeller({ store, vault, directory: nobodyBefore });
  const issued = (item: TellItem['item']): IssuedCommand<TellItem> => ({
    ...{ reaction: 'routing-turns', id: newId(), key: conversationStream(id), at: 0 },
    ...{ causationId: newId(), correlationId: 'c' },
    command: { type: 'TellItem', customerId, version: 1, item },
  });
  const told = async () => (await store.readStream(routingStream(id), 0, 100)).events.map(({ type }) => type);
  return { store, vault, other, customerId, tell, issued, told };
}

const ours = { channel: 'chat', priority: 'normal', since } as const;

it('tells whose turn it is, once however often it is asked to', async () => {
  const { tell, issued, told } = await given();
  const command = issued(ours);
  await tell(command);
  await tell(command);
  await tell(issued(null));
  expect(await told()).toEqual(['routing.item_changed', 'routing.item_left']);
});

it('tells of an erased customer that it is nobody’s turn, whatever becomes of the conversation', async () => {
  const { vault, customerId, tell, issued, told } = await given();
  await vault.destroy([customerId]);
  const command = issued(ours);
  await tell(command);
  await tell(command);
  expect(await told()).toEqual(['routing.item_left']);
});

it('takes back what it told while another process erased the customer', async () => {
  const { store, other, customerId, issued, told, vault } = await given();
  const tell = createItemTeller({
    ...{ vault, directory: nobodyBefore },
    store: {
      readStream: (...asked) => store.readStream(...asked),
      append: async (request) => {
        await other.destroy([customerId]);
        return store.append(request);
      },
    },
  });
  await tell(issued(ours));
  expect(await told()).toEqual(['routing.item_changed', 'routing.item_left']);
});
