import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { agentLoad, offersToAgent, routingOfConversation } from '#capabilities';
import {
  type AgentSettingsDto,
  type Availability,
  type Channel,
  type RoutingDecisionView,
  routingStream,
  type TeamSettingsDto,
} from '#contracts';
import { testDatabase, type TestDatabase, until } from '#testing';
import { changeAgent, configureTeam } from '../agents/change-agents.js';
import { loadConfig } from '../config/config.js';
import { changeConversation } from '../conversations/change-conversation.js';
import { loadConversation } from '../conversations/conversation-log.js';
import { startConversation } from '../conversations/start-conversation.js';
import { type Installation, openInstallation } from '../installation.js';
import { type ConversationChange } from '../messages/change-conversation.command.js';
import { type CommandRequest } from '../messages/command-request.js';
import { migrations } from '../migrations.js';
import { type CommandAttempt } from '../once.js';
import { declineOffer } from './decline-offer.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

beforeAll(async () => {
  database = await testDatabase(migrations);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-routing-'));
  const environment = { SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir };
  installation = await openInstallation(loadConfig(environment), { program: 'test' });
  installation.startProjections({ pollMs: 20 });
  installation.startReactions({ pollMs: 20, passTimeEveryMs: 20 });
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const fresh: CommandAttempt = { commandId: undefined, begunBefore: undefined };
const from = (agent: string): CommandRequest => {
  const id = agent.slice('key:'.length);
  return { principal: { kind: 'key', id, name: id, scopes: ['admin'] }, correlationId: 'c'.repeat(32) };
};

function done<Value>(result: { ok: true; value: Value } | { ok: false; reason: unknown }): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.reason));
  return result.value;
}

let made = 0;
/** Somebody with a key of their own. */
async function newAgent(settings: AgentSettingsDto, availability: Availability = 'online'): Promise<string> {
  made += 1;
  const by = { kind: 'operator', id: 'test' } as const;
  const { id } = await installation.access.apiKeys.create({ name: `agent ${String(made)}`, scopes: ['admin'] }, by);
  const agent = `key:${id}`;
  await setUp(agent, { type: 'ConfigureAgent', settings });
  await setUp(agent, { type: 'ChangeAvailability', availability });
  return agent;
}

const setUp = async (agent: string, change: Parameters<typeof changeAgent>[1]['change']) =>
  done(await changeAgent(installation.conversations, { agent, change, request: from(agent) }, fresh));
const is = (agent: string, availability: Availability) => setUp(agent, { type: 'ChangeAvailability', availability });

async function newTeam(settings: TeamSettingsDto): Promise<string> {
  made += 1;
  const teamId = `team-${String(made)}`;
  const request = from(settings.members?.[0] ?? 'key:nobody');
  done(await configureTeam(installation.conversations, { teamId, settings, request }, fresh));
  return teamId;
}

const change = (conversationId: string, asked: ConversationChange, by: string) =>
  changeConversation(installation.conversations, { conversationId, change: asked, request: from(by) }, fresh);

/** Somebody who is known. */
async function newCustomer(): Promise<string> {
  made += 1;
  const number = String(made);
  const touchpoint = {
    ...{ id: `t${number}`, source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-20T10:00:00Z' },
    ...{ identifiers: [{ kind: 'customer_number', value: number }], data: {} },
  };
  const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
  const [recorded] = await installation.recordTouchpoints([touchpoint], context);
  if (recorded?.status !== 'accepted') throw new Error(JSON.stringify(recorded));
  await isShown('customers', 'customer-identifiers', 'customer-erasures');
  return `customer_number:${number}`;
}

async function isShown(...models: readonly string[]): Promise<void> {
  const { directory } = installation;
  for (const model of models) await directory.readModels.waitUntil(model, await directory.head(), 60_000);
}

/** A conversation in a team, with somebody who is known. */
async function opened(team: string, by: string, channel: Channel = 'chat', whose?: string): Promise<string> {
  const body = { customer: whose ?? (await newCustomer()), channel, subject: 'Parcel' };
  const { conversationId } = done(await startConversation(installation.conversations, body, from(by), fresh));
  done(await change(conversationId, { type: 'Transfer', body: { team } }, by));
  return conversationId;
}

/** Whether routing was told when something is due in it. */
async function isDueKnown(id: string): Promise<boolean> {
  const { events } = await installation.store.readAll(0n, 5_000);
  return events.some(
    ({ type, stream, data }) =>
      type === 'routing.item_changed' && stream === routingStream(id) && Object.hasOwn(data as object, 'dueAt'),
  );
}

const agentOf = async (id: string): Promise<string | null> => {
  const { state } = await loadConversation(installation.conversations, id);
  return state.stage === 'unknown' ? null : state.agent;
};
const decisionsOn = async (id: string): Promise<readonly RoutingDecisionView[]> =>
  (await routingOfConversation(installation.readModels, id))?.decisions ?? [];
const settled = (id: string, agent: string | null) =>
  until(async () => (await agentOf(id)) === agent, `${id} is ${String(agent)}’s`);

const one: AgentSettingsDto = { capacity: [{ limit: 1 }] };
const lead = 'key:00000000-0000-4000-8000-000000000000';

it('the next conversation is given the moment there is room for it, and says why', async () => {
  const ada = await newAgent(one);
  const team = await newTeam({ strategy: 'balanced', members: [ada] });
  const first = await opened(team, lead);
  await settled(first, ada);
  const second = await opened(team, lead);
  const third = await opened(team, lead);
  // One of which it is not told yet when it is due would come behind the other.
  for (const id of [second, third]) await until(() => isDueKnown(id), `when ${id} is due is known`);

  // Waiting for the customer frees the slot, and the next is whoever waits longest.
  // (What a program replies answers nobody, and these agents are programs.)
  done(await change(first, { type: 'ChangeStatus', body: { category: 'waiting_customer' } }, ada));
  await settled(second, ada);
  expect(await agentOf(third)).toBeNull();
  await until(async () => (await decisionsOn(second)).length > 0, 'the decision is shown');
  const [decision] = await decisionsOn(second);
  expect(decision).toMatchObject({
    ...{ what: 'assigned', agent: ada },
    why: { team, strategy: 'balanced', weight: 1, considered: [{ agent: ada, standing: 'chosen', load: 0, limit: 1 }] },
  });
  done(await change(second, { type: 'ChangeStatus', body: { category: 'resolved' } }, ada));
  await settled(third, ada);

  // By hand, more than that: it shows.
  done(await change(first, { type: 'ChangeStatus', body: { category: 'open' } }, ada));
  const excess = async () =>
    (await agentLoad(installation.readModels, ada))?.channels.find(({ channel }) => channel === 'chat')?.excess;
  await until(async () => (await excess()) === 1, 'the excess is shown');
});

it('somebody who takes a conversation meanwhile has it', async () => {
  const ada = await newAgent({ capacity: [{ limit: 100 }] }, 'offline');
  const bea = await newAgent(one, 'offline');
  const team = await newTeam({ strategy: 'round_robin', members: [ada] });
  const waiting: string[] = [];
  for (let count = 0; count < 12; count++) waiting.push(await opened(team, lead));
  const [, ...taken] = await Promise.all([
    is(ada, 'online'),
    ...waiting.map((id) => change(id, { type: 'Take' }, bea)),
  ]);
  await until(
    async () => (await Promise.all(waiting.map(agentOf))).every((agent) => agent !== null),
    'somebody has each',
  );
  const owners = await Promise.all(waiting.map(agentOf));
  expect(owners).toEqual(taken.map(({ ok }) => (ok ? bea : ada)));
  // Whatever had been decided, the log says what became of it.
  const { events } = await installation.store.readAll(0n, 5_000);
  const assigned = events.filter(({ type, data }) => type === 'conversation.assigned' && isBy(data, bea));
  expect(assigned).toHaveLength(taken.filter(({ ok }) => ok).length);
});

const isBy = (data: unknown, agent: string): boolean =>
  typeof data === 'object' && data !== null && 'agent' in data && data.agent === agent;

it('who is away and says so gives back what they have; who is only away keeps it', async () => {
  const [ada, bea] = [await newAgent(one), await newAgent(one, 'offline')];
  const team = await newTeam({ strategy: 'balanced', members: [ada, bea] });
  const id = await opened(team, lead);
  await settled(id, ada);
  await is(ada, 'away');
  await is(bea, 'online');
  const other = await opened(team, lead);
  await settled(other, bea);
  done(await change(other, { type: 'ChangeStatus', body: { category: 'resolved' } }, bea));
  expect(await agentOf(id)).toBe(ada);
  await is(ada, 'away_and_reassign');
  await settled(id, bea);
  await until(async () => (await decisionsOn(id)).length === 3, 'three decisions are shown');
  expect((await decisionsOn(id)).map(({ what }) => what)).toEqual(['assigned', 'returned', 'assigned']);
});

it('a customer who comes back on another channel is given whoever had them last, unless it was taken from them', async () => {
  const [ada, bea] = [await newAgent({ capacity: [{ limit: 9 }] }), await newAgent({ capacity: [{ limit: 3 }] })];
  const team = await newTeam({ strategy: 'balanced', members: [ada, bea], stickySeconds: 3_600 });
  const customer = await newCustomer();
  const chat = await opened(team, lead, 'chat', customer);
  await settled(chat, ada);
  done(await change(chat, { type: 'Assign', body: { agent: bea } }, lead));
  done(await change(chat, { type: 'ChangeStatus', body: { category: 'resolved' } }, bea));
  await isShown('conversations');

  const mail = await opened(team, lead, 'email', customer);
  await settled(mail, bea);
  await until(async () => (await decisionsOn(mail)).length > 0, 'the decision is shown');
  expect(await decisionsOn(mail)).toMatchObject([{ what: 'assigned', agent: bea, why: { returning: true } }]);

  // A lead takes it away: ada has more room, and nobody is preferred.
  done(await change(mail, { type: 'Assign', body: {} }, lead));
  await settled(mail, ada);
  await until(async () => (await decisionsOn(mail)).length === 2, 'the second decision is shown');
  expect((await decisionsOn(mail))[0]).toMatchObject({ what: 'assigned', agent: ada, why: { returning: false } });
});

it('who is asked and lets it pass is not waited for; who takes it has it', async () => {
  const [ada, bea] = [await newAgent(one), await newAgent({ capacity: [{ limit: 3 }] }, 'offline')];
  const team = await newTeam({ strategy: 'balanced', members: [ada, bea], offerSeconds: 1 });
  const id = await opened(team, lead);
  await until(async () => (await decisionsOn(id))[0]?.agent === ada, 'ada is asked');
  expect(await agentOf(id)).toBeNull();
  await is(bea, 'online');
  await until(async () => (await decisionsOn(id))[0]?.agent === bea, 'bea is asked');
  const [{ until: lapsing = null, why = null } = {}] = await decisionsOn(id);
  expect(why?.considered).toMatchObject([{ standing: 'chosen' }, { standing: 'let_pass' }]);
  const askedAt = async (agent: string, at: number) => (await offersToAgent(installation.readModels, agent, at)).offers;
  await until(async () => (await askedAt(bea, 0)).length === 1, 'bea can see it');
  expect(await askedAt(bea, 0)).toEqual([
    { conversationId: id, channel: 'chat', team, priority: 'normal', until: lapsing },
  ]);
  expect(await askedAt(bea, Date.parse(lapsing ?? ''))).toEqual([]);
  expect(await askedAt(ada, 0)).toEqual([]);
  done(await change(id, { type: 'Take' }, bea));
  await settled(id, bea);
  await until(async () => (await askedAt(bea, 0)).length === 0, 'bea is asked no more');
});

it('who declines is not asked again before others, who are asked at once, and the reason is kept', async () => {
  const [ada, bea] = [await newAgent({ capacity: [{ limit: 3 }] }), await newAgent(one, 'offline')];
  // Long enough that only the answer can be why somebody else is asked.
  const team = await newTeam({ strategy: 'balanced', members: [ada, bea], offerSeconds: 3_600 });
  const id = await opened(team, lead);
  const decline = (by: string, attempt: CommandAttempt = fresh) =>
    declineOffer(installation.conversations, { conversationId: id, reason: 'skills', request: from(by) }, attempt);
  await until(async () => (await decisionsOn(id))[0]?.agent === ada, 'ada is asked');
  expect(await decline(bea)).toMatchObject({ reason: { code: 'offer_not_found' } });
  await is(bea, 'online');
  const attempt = { commandId: randomUUID(), begunBefore: undefined };
  const declined = done(await decline(ada, attempt));
  await until(async () => (await decisionsOn(id))[0]?.agent === bea, 'bea is asked');
  const [asked, said, first] = await decisionsOn(id);
  expect(said).toMatchObject({ what: 'declined', agent: ada, reason: 'skills', until: first?.until, why: null });
  expect(asked?.why?.considered).toMatchObject([
    { agent: bea, standing: 'chosen' },
    { agent: ada, standing: 'let_pass' },
  ]);
  expect((await offersToAgent(installation.readModels, ada, 0)).offers).toEqual([]);
  // Said once more it is said of nothing, unless it is the same command whose answer was lost.
  expect(await decline(ada)).toMatchObject({ reason: { code: 'offer_not_found' } });
  expect(done(await decline(ada, { ...attempt, begunBefore: Date.parse(said?.at ?? '') - 1_000 }))).toEqual(declined);
  expect((await decisionsOn(id)).filter(({ what }) => what === 'declined')).toHaveLength(1);
  done(await change(id, { type: 'Take' }, bea));
  await settled(id, bea);
});

it('whose key has ended gets nothing, and the conversation goes to somebody else', async () => {
  const [ada, bea] = [await newAgent(one, 'offline'), await newAgent(one, 'offline')];
  const team = await newTeam({ strategy: 'balanced', members: [ada, bea] });
  const id = await opened(team, lead);
  await is(ada, 'online');
  await settled(id, ada);
  const next = await opened(team, lead);
  await installation.access.apiKeys.revoke(ada.slice('key:'.length), { kind: 'operator', id: 'test' });
  done(await change(id, { type: 'ChangeStatus', body: { category: 'resolved' } }, lead));
  await until(async () => (await decisionsOn(next))[0]?.reason === 'agent_gone', 'her key has ended');
  await is(bea, 'online');
  await settled(next, bea);
});

it('whose account is disabled has nothing any more: it goes to others, and says why', async () => {
  const bea = await newAgent(one, 'offline');
  const by = { kind: 'operator', id: 'test' } as const;
  const account = await installation.access.users.add({ name: 'ada', roles: ['agent'] }, by);
  const ada = `user:${done(account).id}`;
  const team = await newTeam({ strategy: 'balanced', members: [bea] });
  const id = await opened(team, lead);
  done(await change(id, { type: 'Assign', body: { agent: ada } }, lead));
  await settled(id, ada);
  done(await installation.accounts.setDisabled('ada', true, by));
  await settled(id, null);
  await until(async () => (await decisionsOn(id))[0]?.what === 'returned', 'it was taken back');
  expect(await decisionsOn(id)).toMatchObject([{ what: 'returned', agent: ada, reason: 'account_disabled' }]);
  await is(bea, 'online');
  await settled(id, bea);

  // A key that ends is the end of its agent, too; of other keys nothing is told.
  await installation.accounts.revokeKey(bea.slice('key:'.length), by);
  await settled(id, null);
  await until(async () => (await decisionsOn(id))[0]?.what === 'returned', 'it was taken back again');
  expect(await decisionsOn(id)).toMatchObject([{ agent: bea, reason: 'key_revoked' }, {}, {}]);
});

it('replayed by the policy that was real, all of that was decided so again', async () => {
  const { signal } = new AbortController();
  const { real, other, moved, decisions } = await installation.replayRouting({
    policy: { teams: {}, agents: {} },
    signal,
  });
  expect(decisions.recorded).toBeGreaterThan(10);
  expect(decisions.reproduced).toBe(decisions.recorded);
  expect({ other, moved }).toEqual({ other: real, moved: 0 });
});

it('an event that routing cannot handle stops it and raises the alarm; without it, what waited behind it goes on', async () => {
  const parked = async (): Promise<string | undefined> =>
    /^safar_reaction_parked\{reaction="routing"\} (\d+)$/m.exec(await installation.metrics.exposition())?.[1];
  // What the database is asked for may come too late for one answer, on a busy machine.
  await until(async () => (await parked()) === '0', 'nothing is parked', 30_000);
  const [ada, conversationId] = [await newAgent(one), randomUUID()];
  const team = await newTeam({ strategy: 'balanced', members: [ada] });
  const appendId = randomUUID();
  const event = { id: randomUUID(), type: 'routing.item_changed', schemaVersion: 1, key: randomUUID(), occurredAt: 1 };
  const meta = { source: '/test', correlationId: 'c', causationId: 'test' };
  await installation.store.append({
    ...{ appendId, requestHash: Buffer.alloc(16) },
    streams: [{ stream: routingStream(conversationId), expect: 'any', events: [{ ...event, meta, data: null }] }],
  });
  await until(async () => (await parked()) !== '0', 'the alarm is raised');
  const id = await opened(team, lead);
  const admin = installation.reactionAdmin({ actor: { kind: 'operator', id: 'test' } });
  await until(async () => (await admin.parked('routing')).triggers.length > 1, 'what follows waits');
  // The reaction itself goes on, and says of nobody that they have it.
  expect(await agentOf(id)).toBeNull();
  expect(await admin.release('routing', 'routing', { by: 'test' })).toMatchObject({ triggers: 0 });

  const position = (await admin.parked('routing')).triggers[0]?.position ?? 0n;
  await admin.discard('routing', { key: 'routing', position }, { by: 'test', reason: 'it says nothing' });
  await settled(id, ada);
  expect(await parked()).toBe('0');
});
