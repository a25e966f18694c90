import { alwaysOpen, type ClockAct, type TellClocks } from '#capabilities';
import { type ClockTerms, clockStream, conversationStream } from '#contracts';
import { type IssuedCommand } from '#platform/reactions';
import { type AppendRequest, type EventStore, openMemoryEventStore } from '#platform/event-store';
import { createMemoryVault, MemoryKeyStore, type Vault } from '#platform/vault';
import { sealEvent } from '../sealing.js';
import { createClockExecutor } from './tell-clocks.js';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 2, 2, 8);
const conversationId = '018f0000-0000-8000-8000-000000000001';
const customerId = '018f0000-0000-8000-8000-000000000002';
const clock = { kind: 'first_response', ordinal: 1 } as const;
const stream = clockStream({ conversationId, ...clock });
const terms: ClockTerms = {
  ...{ policyId: 'p', policyVersion: 1, calendarId: alwaysOpen.id, calendarVersion: 1, targetSeconds: 4 * 3_600 },
  pausedWhile: [],
};
const books = {
  knowing: () => Promise.resolve({ termsOf: () => terms, calendarOf: () => alwaysOpen }),
};
const started: ClockAct = { ...clock, at: start, type: 'StartClock', asOf: { position: '1', subject: {} } };
const elapsed: ClockAct = { ...clock, at: start + 4 * HOUR + 2_000, type: 'Elapse' };

let vault: Vault;
/** Of another process. */
let elsewhere: Vault;
let store: EventStore;
/** Something that happens just before the next append is done. */
let before: (() => Promise<void>) | undefined;
let commands = 0;

const meta = { source: '/safar', correlationId: 'c', causationId: 'c' };
const issued = (act: ClockAct, id = vault.uuid('test', String((commands += 1)))): IssuedCommand<TellClocks> => ({
  ...{ id, reaction: 'conversation-clocks', key: conversationId, at: act.at, causationId: 'c', correlationId: 'c' },
  command: { type: 'TellClocks', acts: [act], customerId },
});
const tell = (command: IssuedCommand<TellClocks>): Promise<void> => {
  const append = async (request: AppendRequest) => {
    const first = before;
    before = undefined;
    await first?.();
    return store.append(request);
  };
  const readStream: EventStore['readStream'] = (...asked) => store.readStream(...asked);
  return createClockExecutor({ store: { append, readStream }, vault, books })(command);
};
const said = async () =>
  (await store.readStream(stream, 0, 100)).events.map(({ type, data, occurredAt }) => {
    const { reason = '' } = data as { readonly reason?: string };
    return `${type.slice('service_clock.'.length)} ${String((occurredAt - start) / HOUR)} ${reason}`.trim();
  });
const erase = () => vault.destroy([customerId]);

beforeEach(async () => {
  const keys = new MemoryKeyStore();
  vault = createMemoryVault({ store: keys });
  elsewhere = createMemoryVault({ store: keys });
  store = openMemoryEventStore();
  before = undefined;
  const key = (await vault.currentKeys([customerId])).get(customerId);
  if (!key) throw new Error('no key');
  const data = {
    origin: 'touchpoint',
    by: 'system:take-up',
    customerId,
    incarnation: 1,
    channel: 'chat',
    subject: 'Lamp',
  };
  const opened = { id: vault.uuid('test', 'opened'), type: 'conversation.opened', schemaVersion: 1, key: customerId };
  await store.append({
    ...{ appendId: vault.uuid('test', 'open'), requestHash: vault.digest('test', '') },
    streams: [
      {
        ...{ stream: conversationStream(conversationId), expect: 'none' },
        events: [sealEvent(vault, key, { ...opened, occurredAt: start, data, meta })],
      },
    ],
  });
});

describe('the clocks of a customer', () => {
  it('are breached at their deadline', async () => {
    await tell(issued(started));
    await tell(issued(elapsed));
    expect(await said()).toEqual(['activated 0', 'breached 4']);
  });

  it('end at the next deadline where the customer was erased, and are not breached', async () => {
    await tell(issued(started));
    await erase();
    const command = issued(elapsed);
    await tell(command);
    await tell(command);
    expect(await said()).toEqual(['activated 0', 'cancelled 4 deleted']);
  });

  it('do not start after the erasure', async () => {
    await erase();
    await tell(issued(started));
    await tell(issued(elapsed));
    expect(await said()).toEqual([]);
  });

  it('end where another process erased the customer while they were started', async () => {
    const command = issued(started);
    before = () => elsewhere.destroy([customerId]);
    await tell(command);
    expect(await said()).toEqual(['activated 0', 'cancelled 0 deleted']);
  });

  it('end when a start is told again that was stored before its teller died', async () => {
    const command = issued(started);
    await tell(command);
    await erase();
    await tell(command);
    expect(await said()).toEqual(['activated 0', 'cancelled 0 deleted']);
  });
});
