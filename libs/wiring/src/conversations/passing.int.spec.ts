import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { automaticReplies, listQueue, promisesOfConversation } from '#capabilities';
import { conversationStream, PERSON_ELSEWHERE, RULES_ACTOR } from '#contracts';
import { testDatabase, type TestDatabase, until } from '#testing';
import { loadConfig } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import { type ConversationChange } from '../messages/change-conversation.command.js';
import { type CommandRequest } from '../messages/command-request.js';
import { reactions } from '../reactions.js';
import { saveRules } from '../rules/rule-settings.js';
import { changeConversation } from './change-conversation.js';
import { appendParts, loadConversation } from './conversation-log.js';
import { decided } from './plan-change.js';
import { startConversation } from './start-conversation.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

const open = async (): Promise<void> => {
  const config = loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir });
  installation = await openInstallation(config, { program: 'test' });
  installation.startProjections({ pollMs: 20 });
};

beforeAll(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-snoozes-'));
  await open();
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const HOUR = 3_600_000;
const begun = Date.now() - 10 * HOUR;
const fresh = { commandId: undefined, begunBefore: undefined };
const request: CommandRequest = {
  principal: { kind: 'user', id: 'ada', name: 'ada', roles: ['agent'], sessionId: 's' },
  correlationId: 'c'.repeat(32),
};
const at = (hours: number) => ({ ...installation.conversations, clock: { now: () => begun + hours * HOUR } });

function done<Value>(result: { ok: true; value: Value } | { ok: false; reason: unknown }): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.reason));
  return result.value;
}

async function started(): Promise<string> {
  const body = { customer: 'customer_number:1', channel: 'chat' as const, subject: 'Parcel' };
  return done(await startConversation(at(0), body, request, fresh)).conversationId;
}

const changed = async (conversationId: string, hours: number, change: ConversationChange): Promise<void> => {
  done(await changeConversation(at(hours), { conversationId, change, request }, fresh));
};

const snoozed = (id: string, hours: number, until: number): Promise<void> =>
  changed(id, hours, { type: 'Snooze', body: { until: new Date(begun + until * HOUR).toISOString() } });

/** What ended its snoozes, and what rules said of it. */
async function ends(id: string): Promise<readonly (readonly [cause: unknown, atHour: number])[]> {
  const { events } = await installation.store.readStream(conversationStream(id), 0, 100);
  return events
    .filter(({ type }) => type === 'conversation.woken' || type === 'conversation.tagged')
    .map(({ type, data, occurredAt }) => [
      type === 'conversation.woken' ? (data as { readonly cause: string }).cause : type,
      (occurredAt - begun) / HOUR,
    ]);
}

async function running(): Promise<void> {
  installation.startReactions({ pollMs: 20, passTimeEveryMs: 20 });
  const admin = installation.reactionAdmin({ actor: { kind: 'operator', id: 'test' } });
  await until(async () => {
    const statuses = await admin.status();
    return (
      statuses.length === reactions.length &&
      statuses.every(({ state, eventsBehind, overdueTimers, waitingCommands }) => {
        return state === 'running' && eventsBehind === 0 && overdueTimers === 0 && waitingCommands === 0;
      })
    );
  }, 'the reactions are at rest');
}

it('the end of a snooze is an event of its time, once, whenever it is noticed; whoever did something before it comes first', async () => {
  const touchpoint = {
    ...{ id: 'm1', source: 'shop', kind: 'custom:noticed', channel: 'web' },
    occurredAt: new Date(begun).toISOString(),
    identifiers: [{ kind: 'customer_number', value: '1' }],
    data: {},
  };
  const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
  expect(await installation.recordTouchpoints([touchpoint], context)).toMatchObject([{ status: 'accepted' }]);
  await installation.readModels.waitUntil('customers', await installation.store.head(), 60_000);
  const back = { id: 'back', name: 'Back', on: ['status_changed' as const], when: { category: ['open' as const] } };
  const rules = [{ ...back, actions: [{ tag: { add: ['back'] } }] }];
  const ports = { ...installation.conversations, calendars: installation.clockSettings.books };
  done(await saveRules(ports, { settings: { match: 'all', rules }, request }, fresh));
  await running();
  await installation.close();
  await open();

  const [left, opened, later, sooner] = [await started(), await started(), await started(), await started()];
  for (const id of [left, opened, later, sooner]) await snoozed(id, 1, 3);
  await changed(opened, 2, { type: 'ChangeStatus', body: { category: 'open' } });
  await snoozed(later, 2, 24);
  await snoozed(sooner, 2, 2.5);
  await running();
  const byTime = async () => [await ends(left), await ends(opened), await ends(later), await ends(sooner)];
  await until(async () => (await byTime()).flat().length >= 6, 'three are awake and tagged');
  const woken = (await byTime()).map((each) => each.filter(([cause]) => cause !== 'conversation.tagged'));
  expect(woken).toEqual([[['time', 3]], [['agent', 2]], [], [['time', 2.5]]]);
  // The rule has heard of it, though nobody did anything.
  expect((await byTime()).map((each) => each.some(([cause]) => cause === 'conversation.tagged'))).toEqual([
    ...[true, true, false, true],
  ]);
});

it('a promise that nobody kept is broken at its due time, once, whatever the downtime; the queue shows it until it is made good', async () => {
  const promised = async (id: string, hours: number, due: number): Promise<string> => {
    const body = {
      what: 'A new lampshade',
      condition: 'A photograph',
      dueAt: new Date(begun + due * HOUR).toISOString(),
    };
    const made = await changeConversation(
      at(hours),
      { conversationId: id, change: { type: 'MakePromise', body }, request },
      fresh,
    );
    return done(made).promise ?? '';
  };
  const [broken, kept, moved] = [await started(), await started(), await started()];
  const ids = [await promised(broken, 1, 3), await promised(kept, 1, 3), await promised(moved, 1, 3)] as const;
  await changed(kept, 3, { type: 'KeepPromise', promiseId: ids[1] });
  const later = new Date(begun + 4.5 * HOUR).toISOString();
  await changed(moved, 2, { type: 'ReschedulePromise', promiseId: ids[2], body: { dueAt: later } });
  await running();
  const told = async (id: string) =>
    (await installation.store.readStream(conversationStream(id), 0, 100)).events
      .filter(({ type }) => type.startsWith('conversation.promise_'))
      .map(
        ({ type, occurredAt }) =>
          `${type.slice('conversation.promise_'.length)} ${String((occurredAt - begun) / HOUR)}`,
      );
  const all = async () => [await told(broken), await told(kept), await told(moved)];
  await until(async () => (await all()).flat().length >= 4, 'two are broken');
  expect(await all()).toEqual([['broken 3'], ['kept 3'], ['rescheduled 2', 'broken 4.5']]);

  const shown = async (now: number) => {
    const { readModels, conversationViews, queues } = installation;
    const head = await installation.store.head();
    for (const model of ['queue', 'conversation-promises']) await readModels.waitUntil(model, head, 10_000);
    const selection = { view: 'promised_today', self: 'user:ada', timeZone: 'UTC' } as const;
    const page = done(await listQueue(queues, { selection, at: now, past: false }));
    const { promises = [] } = (await promisesOfConversation(conversationViews, broken, now)) ?? {};
    return { queue: new Map(page.data.map((item) => [item.conversationId, item])), promises };
  };
  const now = begun + 5 * HOUR;
  const late = await shown(now);
  expect(late.queue.get(broken)).toMatchObject({
    promisedAt: new Date(begun + 3 * HOUR).toISOString(),
    promiseBroken: true,
  });
  expect([late.queue.has(kept), late.queue.has(moved)]).toEqual([false, true]);
  expect(late.promises).toMatchObject([
    { id: ids[0], what: 'A new lampshade', condition: 'A photograph', owner: 'user:ada', status: 'broken' },
  ]);
  const resolve = { type: 'ChangeStatus', body: { category: 'resolved' } } as const;
  const refused = await changeConversation(at(5), { conversationId: broken, change: resolve, request }, fresh);
  expect(refused).toMatchObject({ ok: false, reason: { code: 'conversation_refused', reason: 'promise-owed' } });
  await changed(broken, 5, { type: 'KeepPromise', promiseId: ids[0] });
  await changed(broken, 5, resolve);
  const good = await shown(now);
  expect(good.queue.has(broken)).toBe(false);
  expect(good.promises).toMatchObject([{ status: 'kept_late', brokenAt: new Date(begun + 3 * HOUR).toISOString() }]);
});

it('how often rules replied to a customer is counted over all of their conversations, until a person writes in one', async () => {
  const ids = [await started(), await started()] as const;
  const { store, readModels, vault } = installation;
  let customerId = '';
  const replied = async (id: string, hours: number, elsewhere = false): Promise<void> => {
    const loaded = await loadConversation(installation.conversations, id);
    if (loaded.state.stage === 'unknown') throw new Error('it was not opened');
    const { incarnation } = loaded.state;
    customerId = loaded.state.customerId;
    const at = begun + hours * HOUR;
    const said = { at, messageId: randomUUID(), text: 'We have it.', direction: 'ltr' } as const;
    const part = elsewhere
      ? decided(loaded, {
          ...{ type: 'TellReply', ...said, by: PERSON_ELSEWHERE, elsewhere: 'message', toldAt: at, channel: 'email' },
        })
      : decided(loaded, { type: 'Reply', ...said, by: RULES_ACTOR, since: loaded.state.version });
    const commandId = randomUUID();
    await appendParts(installation.conversations, [done(part)], {
      ...{ customerId, incarnation, commandId, requestHash: vault.digest('test', commandId) },
      meta: { source: '/test', correlationId: 'c' },
    });
  };
  const count = async (sinceHours: number): Promise<number> => {
    const head = await store.head();
    for (const model of ['conversations', 'conversation-messages']) await readModels.waitUntil(model, head, 60_000);
    return automaticReplies(readModels, customerId, begun + sinceHours * HOUR);
  };
  await replied(ids[0], 1);
  await replied(ids[1], 2);
  await replied(ids[1], 3);
  expect([await count(0), await count(2), await count(4)]).toEqual([3, 2, 0]);
  await changed(ids[0], 4, { type: 'Note', body: { text: 'A machine?' } });
  expect(await count(0)).toBe(0);
  await replied(ids[1], 5);
  expect(await count(0)).toBe(1);
  // Whoever reports what was sent may report that reply as somebody's: a machine would be answered without end.
  await replied(ids[1], 6, true);
  expect(await count(0)).toBe(1);
});
