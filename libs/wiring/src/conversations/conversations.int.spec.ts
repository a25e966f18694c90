import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { getConversation, listConversations, MAX_MESSAGES } from '#capabilities';
import { type ConversationCommandView, NOBODY } from '#contracts';
import { fail } from '#kernel';
import { testDatabase, type TestDatabase } from '#testing';
import { configureTeam } from '../agents/change-agents.js';
import { loadConfig } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import { migrations } from '../migrations.js';
import { type ConversationChange } from '../messages/change-conversation.command.js';
import { type CommandRequest, type ExpectedVersions } from '../messages/command-request.js';
import { type CommandAttempt } from '../once.js';
import { changeConversation, type Changed } from './change-conversation.js';
import { appendParts, loadConversation } from './conversation-log.js';
import { decided } from './plan-change.js';
import { startConversation } from './start-conversation.js';
import { takeUpTouchpoint } from './take-up-touchpoint.js';

let database: TestDatabase;
let dataDir: string;
/** Two processes, as far as the database can tell. */
let installations: readonly [Installation, Installation];

beforeAll(async () => {
  database = await testDatabase(migrations);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-conversations-'));
  const config = loadConfig({
    ...{ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir },
    // Fifty who wait for one read model are slow beside other work.
    SAFAR_READ_WAIT_TIMEOUT_MS: '30000',
  });
  installations = [
    await openInstallation(config, { program: 'one' }),
    await openInstallation(config, { program: 'other' }),
  ];
  installations[0].startProjections({ pollMs: 20 });
});
afterAll(async () => {
  for (const installation of installations) await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const from = (who: string, expectedVersions: ExpectedVersions = 'any'): CommandRequest => ({
  principal: { kind: 'user', id: who, name: who, roles: ['agent'], sessionId: who },
  correlationId: 'c'.repeat(32),
  expectedVersions,
});
const fresh: CommandAttempt = { commandId: undefined, begunBefore: undefined };
const uuid = (number: number): string => `018f0000-0000-8000-8000-${String(number).padStart(12, '0')}`;
let named = 0;

interface Where {
  readonly process?: 0 | 1;
  readonly attempt?: CommandAttempt;
}

const change = (
  conversationId: string,
  asked: ConversationChange,
  request: CommandRequest,
  { process = 0, attempt = fresh }: Where = {},
) => changeConversation(installations[process].conversations, { conversationId, change: asked, request }, attempt);

function done(changed: Changed): ConversationCommandView {
  if (!changed.ok) throw new Error(JSON.stringify(changed.reason));
  return changed.value;
}

/** Records what a customer says and waits until they are known. */
const says = (customer: string, text: string, occurredAt = '2026-03-20T10:00:00Z'): Promise<bigint> =>
  tells(customer, { kind: 'message', occurredAt, data: { author: 'customer', text } });

interface Told {
  /** Of its own unless told otherwise. */
  readonly id?: string;
  readonly kind: 'message' | 'call' | 'complaint';
  readonly occurredAt: string;
  readonly data: object;
}

async function tells(customer: string, told: Told): Promise<bigint> {
  named += 1;
  const touchpoint = {
    ...{ id: `m${String(named)}`, source: 'shop', channel: 'chat', ...told },
    identifiers: [{ kind: 'customer_number', value: customer }],
  };
  const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
  const [result] = await installations[0].recordTouchpoints([touchpoint], context);
  if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
  const position = BigInt(result.position);
  for (const model of ['customers', 'customer-erasures'])
    await installations[0].readModels.waitUntil(model, position, 60_000);
  return position;
}

async function opened(customer: string): Promise<string> {
  await says(customer, 'hello');
  const body = { customer: `customer_number:${customer}`, channel: 'chat' as const, subject: 'Parcel' };
  return done(await startConversation(installations[0].conversations, body, from('ada'), fresh)).conversationId;
}

async function setUpTeam(teamId: string): Promise<void> {
  const settings = { strategy: 'balanced' } as const;
  const set = await configureTeam(installations[0].conversations, { teamId, settings, request: from('lead') }, fresh);
  if (!set.ok) throw new Error(JSON.stringify(set.reason));
}

const reply = (text: string, sinceVersion: string): ConversationChange => ({
  type: 'Reply',
  body: { text, sinceVersion },
});

describe('agents who meet', () => {
  it('take an item 200 at a time, in two processes: one has it, the others are told who', async () => {
    const id = await opened('1');
    const takers = Array.from({ length: 200 }, (_, index) => `agent-${String(index)}`);
    const answers = await Promise.all(
      takers.map((who, index) => change(id, { type: 'Take' }, from(who), { process: index % 2 === 0 ? 0 : 1 })),
    );
    const winners = takers.filter((_, index) => answers[index]?.ok);
    expect(winners).toHaveLength(1);
    const winner = `user:${winners[0] ?? ''}`;
    const assignment = { version: '2', type: 'conversation.assigned', by: winner, agent: winner };
    for (const answer of answers.filter(({ ok }) => !ok))
      expect(answer).toMatchObject({
        reason: { code: 'conversation_refused', reason: 'already-taken', version: '2', changes: [assignment] },
      });
    const { events } = await loadedOf(id);
    expect(events.map(({ type }) => type)).toEqual(['conversation.opened', 'conversation.assigned']);
  });

  it('are told who has it, whoever gave it to them and whatever was done since', async () => {
    const id = await opened('taken');
    const by = { kind: 'operator', id: 'test' } as const;
    const key = await installations[0].access.apiKeys.create({ name: 'kian', scopes: ['admin'] }, by);
    const agent = `key:${key.id}`;
    done(await change(id, { type: 'Assign', body: { agent } }, from('lead')));
    for (let times = 0; times < 25; times += 1) {
      const priority = times % 2 === 0 ? 'high' : 'low';
      done(await change(id, { type: 'Prioritise', body: { priority } }, from('kian')));
    }
    const refused = await change(id, { type: 'Take' }, from('bea'));
    const changes = refused.ok || !('changes' in refused.reason) ? [] : refused.reason.changes;
    expect([changes.length, changes[0]?.type]).toEqual([20, 'conversation.prioritised']);
    expect(changes.at(-1)).toMatchObject({ version: '2', by: 'user:lead', agent });
  });

  it('answer at once: one is heard, the others learn who was faster', async () => {
    const id = await opened('2');
    const answers = await Promise.all(
      ['ada', 'bea', 'kian'].map((who, index) =>
        change(id, reply(`by ${who}`, '1'), from(who), { process: index === 1 ? 1 : 0 }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const winner = ['ada', 'bea', 'kian'][answers.findIndex(({ ok }) => ok)] ?? '';
    for (const answer of answers.filter(({ ok }) => !ok))
      expect(answer).toMatchObject({
        reason: {
          reason: 'replied-since',
          changes: [{ type: 'conversation.status_changed' }, { type: 'conversation.replied', by: `user:${winner}` }],
        },
      });
  });

  it('change a version that they believe in: one of 50 does, the others are told what it is now', async () => {
    const id = await opened('3');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        change(id, { type: 'Tag', body: { add: [`t${String(index)}`] } }, from(`a${String(index)}`, ['1'])),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const answer of answers.filter(({ ok }) => !ok))
      expect(answer).toMatchObject({
        reason: { code: 'version_mismatch', version: '2', changes: [{ type: 'conversation.tagged' }] },
      });
  });
});

/** As many notes as a conversation may have messages, as the log would have them. */
async function fill(conversationId: string): Promise<void> {
  const { store } = installations[0];
  const stream = `conversation-${conversationId}`;
  const [opening] = (await store.readStream(stream, 0, 1)).events;
  const notes = Array.from({ length: MAX_MESSAGES }, (_, index) => ({
    ...{ id: uuid(10_000 + index), type: 'conversation.noted', schemaVersion: 1, key: opening!.key },
    ...{ occurredAt: opening!.occurredAt, meta: opening!.meta },
    data: { by: 'user:ada', messageId: uuid(10_000 + index), direction: 'ltr' },
  }));
  await store.append({
    ...{ appendId: uuid(9_999), requestHash: new Uint8Array(16) },
    streams: [{ stream, expect: 'any', events: notes }],
  });
}

const loadedOf = async (id: string) => {
  const { events } = await installations[0].store.readStream(`conversation-${id}`, 0, 1_000);
  return { events };
};

/** The store of one process, each part of which may be another. */
function withStore() {
  const { store } = installations[0].conversations;
  return {
    append: (...asked: Parameters<typeof store.append>) => store.append(...asked),
    readStream: (...asked: Parameters<typeof store.readStream>) => store.readStream(...asked),
    eventAt: (...asked: Parameters<typeof store.eventAt>) => store.eventAt(...asked),
    head: () => store.head(),
  };
}

const stateOf = (id: string) => loadConversation(installations[0].conversations, id);

describe('a command that was begun before', () => {
  it('is answered by what it did, and not done or judged again', async () => {
    const id = await opened('4');
    const attempt = { commandId: uuid(1), begunBefore: undefined };
    const first = await change(id, reply('once', '1'), from('ada'), { attempt });
    const again = await change(id, reply('once', '1'), from('ada'), { process: 1, attempt });
    expect(done(again)).toEqual({ ...done(first), version: '3' });
    expect((await loadedOf(id)).events).toHaveLength(3);
  });
});

describe('a key that was used before', () => {
  /** As it is after 31 days: no answer is kept, and only the log remembers. */
  const attempt = { commandId: uuid(2), begunBefore: undefined };
  const reused = { reason: { code: 'idempotency_key_reused' } };

  it('is refused for anything else, in the same conversation and in another', async () => {
    const [id, other] = [await opened('10'), await opened('10')];
    done(await change(id, { type: 'Tag', body: { add: ['late'] } }, from('ada'), { attempt }));
    const second: ConversationChange = { type: 'Tag', body: { add: ['lost'] } };
    expect(await change(id, second, from('ada'), { attempt })).toMatchObject(reused);
    expect(await change(other, second, from('ada'), { attempt })).toMatchObject(reused);
  });

  it('opens nothing else', async () => {
    const asked = { commandId: uuid(3), begunBefore: undefined };
    const ports = installations[0].conversations;
    await says('11', 'hello');
    const body = { customer: 'customer_number:11', channel: 'chat' as const, subject: 'Parcel' };
    const first = done(await startConversation(ports, body, from('ada'), asked));
    expect(done(await startConversation(ports, body, from('ada'), asked))).toEqual(first);
    expect(await startConversation(ports, { ...body, subject: 'Lamp' }, from('ada'), asked)).toMatchObject(reused);
  });
});

describe('a touchpoint', () => {
  const takeUp = (position: bigint, process: 0 | 1 = 0) =>
    takeUpTouchpoint(installations[process].conversations, position, from('ada'));

  it('is one of 50 of a new customer that are taken up at once, by two processes: one conversation has all', async () => {
    const positions: bigint[] = [];
    for (let number = 0; number < 50; number += 1) positions.push(await says('12', `message ${String(number)}`));
    // Not in turn: whatever keeps them apart must do so between processes, too.
    const inTurn = <Value>(_key: string, work: () => Promise<Value>) => work();
    const all = await Promise.all(
      positions.map((position, index) => {
        const { conversations } = installations[index % 2 === 0 ? 0 : 1];
        return takeUpTouchpoint({ ...conversations, ...(index < 4 && { inTurn }) }, position, from('ada'));
      }),
    );
    expect(new Set(all.map((answer) => done(answer).conversationId)).size).toBe(1);
    expect((await loadedOf(done(all[0]!).conversationId)).events).toHaveLength(51);
  });

  it('waits for what happened before it, and where that has nothing to answer also for what came of it', async () => {
    const data = { author: 'agent', text: 'It is on its way.' };
    const unasked = await tells('unasked', { kind: 'message', occurredAt: '2026-03-20T10:05:00Z', data });
    const question = await says('prompt', 'Where is it?');
    const waitedFor = jest.spyOn(installations[1].readModels, 'waitUntil');
    const positions = () => waitedFor.mock.calls.map(([, position]) => position);
    done(await takeUp(question, 1));
    expect(new Set(positions())).toEqual(new Set([question]));
    waitedFor.mockClear();
    expect(await takeUp(unasked, 1)).toMatchObject({ ok: false, reason: { reason: 'nothing-to-answer' } });
    const [first, ...later] = new Set(positions());
    expect(first).toBe(unasked);
    expect(later).toHaveLength(1);
    expect(later[0]).toBeGreaterThan(question);
    waitedFor.mockRestore();
  });

  it('goes by what its conversation has become, also where the read models do not know it yet', async () => {
    const { conversationId: id } = done(await takeUp(await says('marked', 'Cheap watches!')));
    const data = { author: 'agent', text: 'No, thank you.' };
    const answer = await tells('marked', { kind: 'message', occurredAt: '2026-03-20T10:05:00Z', data });
    const { readModels } = installations[1];
    await readModels.waitUntil('conversations', answer, 60_000);
    const waitedFor = jest.spyOn(readModels, 'waitUntil');
    // Nothing that is fed moves on while its checkpoint cannot.
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query('BEGIN; LOCK TABLE es.consumers IN EXCLUSIVE MODE');
    done(await change(id, { type: 'Spam', body: { spam: true } }, from('ada')));
    const taken = takeUp(answer, 1);
    while (waitedFor.mock.calls.every(([, position]) => position <= answer)) await pause(5);
    await client.query('ROLLBACK');
    await client.end();
    expect(await taken).toMatchObject({ ok: false, reason: { reason: 'nothing-to-answer' } });
    waitedFor.mockRestore();
  });

  it('is not answered where it became spam while the answer was on its way there, and nothing is set aside', async () => {
    const { conversationId: id } = done(await takeUp(await says('meanwhile', 'Cheap watches!')));
    const data = { author: 'agent', text: 'No, thank you.' };
    const answer = await tells('meanwhile', { kind: 'message', occurredAt: '2026-03-20T10:05:00Z', data });
    const ports = installations[0].conversations;
    let looks = 0;
    const store = {
      ...withStore(),
      async readStream(...asked: Parameters<typeof ports.store.readStream>) {
        looks += 1;
        if (looks === 2) done(await change(id, { type: 'Spam', body: { spam: true } }, from('ada')));
        const page = await ports.store.readStream(...asked);
        if (looks === 1) done(await change(id, { type: 'Tag', body: { add: ['odd'] } }, from('ada')));
        return page;
      },
    };
    expect(await takeUpTouchpoint({ ...ports, store }, answer, from('ada'))).toMatchObject({
      reason: { code: 'conversation_refused', reason: 'nothing-to-answer' },
    });
    expect(looks).toBeGreaterThan(1);
    expect((await stateOf(id)).state).toMatchObject({ stage: 'spam', category: 'open' });
  });

  it('in which one of us answered elsewhere is a person’s reply, once, with its own time and name', async () => {
    const answers = (id: string, occurredAt: string, author = 'agent') =>
      tells('elsewhere', {
        id,
        kind: 'message',
        occurredAt,
        data: { author, agent: 'Ruth', text: 'It is on its way.' },
      });
    const refused = { ok: false, reason: { code: 'conversation_refused', reason: 'nothing-to-answer' } };
    const tooEarly = await answers('e0', '2026-03-20T09:00:00Z');
    expect(await takeUp(tooEarly)).toMatchObject(refused);
    const { conversationId: id } = done(await takeUp(await says('elsewhere', 'Where is it?')));
    expect(await takeUp(tooEarly)).toMatchObject(refused);
    const answer = await answers('e1', '2026-03-20T10:05:00Z');
    const all = await Promise.all([takeUp(answer), takeUp(answer, 1), takeUp(answer)]);
    expect(new Set(all.map((each) => done(each).conversationId))).toEqual(new Set([id]));
    done(await takeUp(await answers('e2', '2026-03-20T10:06:00Z', 'bot')));
    const { events, state } = await stateOf(id);
    expect(events.slice(2)).toMatchObject([
      { type: 'conversation.replied', data: { by: 'user:elsewhere', elsewhere: 'message', owes: {} } },
      { type: 'conversation.status_changed', occurredAt: Date.parse('2026-03-20T10:05:00Z') },
      { type: 'conversation.replied', data: { by: 'system:elsewhere' } },
    ]);
    expect(state).toMatchObject({ category: 'waiting_customer', waiting: [] });
    // What is personal in it is sealed, the name as well.
    expect(JSON.stringify(events.map(({ data }) => data))).not.toMatch(/Ruth|on its way/);
    // A reply of ours that was sent for us and is reported by its id is there already. Of another customer's it is any id.
    const own = done(await change(id, reply('And here?', '5'), from('ada')));
    const said = (await loadedOf(id)).events.flatMap(({ data }) => (hasMessage(data) ? [data.messageId] : []));
    const [, first = '', , last = ''] = said;
    expect(done(await takeUp(await answers(last, '2026-03-20T10:07:00Z')))).toMatchObject({
      ...{ conversationId: id, version: own.version },
    });
    const theirs = {
      id: first,
      kind: 'message',
      occurredAt: '2026-03-20T10:07:00Z',
      data: { author: 'agent' },
    } as const;
    expect(await takeUp(await tells('stranger', theirs))).toMatchObject(refused);
  });

  it('that is a call which somebody took is answered at once', async () => {
    const call = { kind: 'call', occurredAt: '2026-03-20T10:00:00Z' } as const;
    const called = async (outcome: string) => {
      const position = await tells('caller', { ...call, data: { initiatedBy: 'customer', outcome, agent: 'Ruth' } });
      return (await stateOf(done(await takeUp(position)).conversationId)).state;
    };
    expect(await called('answered')).toMatchObject({ category: 'waiting_customer', waiting: [] });
    expect(await called('voicemail')).toMatchObject({
      category: 'open',
      waiting: [{ since: Date.parse(call.occurredAt) }],
    });
  });

  it('goes on in a conversation that follows, where its own is full', async () => {
    const id = done(await takeUp(await says('13', 'the first'))).conversationId;
    await fill(id);
    // What one of us answered elsewhere ends the wait in it, once: nobody says more in it, and it would wait in the queue for ever.
    const data = { author: 'agent', text: 'On its way.' };
    const answers = (occurredAt: string) => tells('13', { kind: 'message', occurredAt, data });
    expect(done(await takeUp(await answers('2026-03-20T10:05:00Z')))).toMatchObject({ conversationId: id });
    expect((await stateOf(id)).state).toMatchObject({ category: 'waiting_customer', waiting: [] });
    const nothing = { reason: { code: 'conversation_refused', reason: 'nothing-to-answer' } };
    expect(await takeUp(await answers('2026-03-20T10:06:00Z'))).toMatchObject(nothing);
    const next = done(await takeUp(await says('13', 'one more')));
    expect(next.conversationId).not.toBe(id);
    const [opening] = (await loadedOf(next.conversationId)).events;
    expect(opening).toMatchObject({ type: 'conversation.opened', data: { follows: id } });
    expect(done(await takeUp(await says('13', 'and another')))).toMatchObject({ conversationId: next.conversationId });
  });

  it('is taken up once, however often and by whom; the next one continues, a resolved one is reopened', async () => {
    const first = await says('5', 'where is it?');
    const answers = await Promise.all([takeUp(first), takeUp(first, 1), takeUp(first), takeUp(first, 1)]);
    const [id] = new Set(answers.map((answer) => done(answer).conversationId));
    expect(new Set(answers.map((answer) => done(answer).conversationId)).size).toBe(1);
    expect((await loadedOf(id!)).events).toHaveLength(2);

    await change(id!, { type: 'ChangeStatus', body: { category: 'resolved' } }, from('ada'));
    const next = done(await takeUp(await says('5', 'still not here', new Date().toISOString())));
    expect(next.conversationId).toBe(id);
    expect((await loadedOf(id!)).events.at(-1)?.type).toBe('conversation.reopened');
    expect(done(await takeUp(first))).toMatchObject({ conversationId: id });
  });

  it('is no conversation where nothing is said, and is not there where nothing is', async () => {
    expect(await takeUp((await installations[0].store.head()) + 1_000n)).toMatchObject({
      reason: { code: 'unknown_position' },
    });
  });
});

describe('a customer who is erased', () => {
  it('takes every text along, and nobody writes to them any more', async () => {
    const id = await opened('6');
    done(await change(id, reply('a secret', '1'), from('ada')));
    const by = { actor: { kind: 'operator', id: 'cli:test' } } as const;
    // The other process has the customer's key in its cache.
    done(await change(id, { type: 'Note', body: { text: 'another secret' } }, from('bea'), { process: 1 }));
    const erased = await installations[0].eraseCustomer('customer_number:6', 'customer_request', { by });
    expect(erased).toMatchObject({ ok: true });
    for (const process of [0, 1] as const)
      expect(await change(id, { type: 'Note', body: { text: 'too late' } }, from('bea'), { process })).toMatchObject({
        reason: { code: 'customer_erased' },
      });
    // Also where somebody comes back: it is not their conversation.
    await says('6', 'me again');
    expect(await change(id, { type: 'Take' }, from('bea'))).toMatchObject({ reason: { code: 'customer_erased' } });
  });
});

describe('a customer who is erased while their message is taken up', () => {
  it('is not read again under the key that they get next', async () => {
    const position = await says('8', 'a secret of old');
    const ports = installations[0].conversations;
    const by = { actor: { kind: 'operator', id: 'cli:test' } } as const;
    let erased = false;
    const waitUntil: typeof ports.directory.readModels.waitUntil = async (...asked) => {
      if (!erased) {
        erased = true;
        await installations[0].eraseCustomer('customer_number:8', 'customer_request', { by });
      }
      return ports.directory.readModels.waitUntil(...asked);
    };
    const readModels = Object.assign(Object.create(ports.directory.readModels) as typeof ports.directory.readModels, {
      waitUntil,
    });
    const meanwhile = { ...ports, directory: { ...ports.directory, readModels } };
    expect(await takeUpTouchpoint(meanwhile, position, from('ada'))).toMatchObject({
      reason: { code: 'customer_erased' },
    });
    expect(erased).toBe(true);
  });
});

describe('a command that is late for an erasure', () => {
  it('leaves nothing in the read models, though the log has it', async () => {
    const id = await opened('14');
    const ports = installations[0].conversations;
    const by = { actor: { kind: 'operator', id: 'cli:test' } } as const;
    // The key was in the cache of another process when it was destroyed: its append comes after the erasure.
    const store = {
      readStream: ports.store.readStream.bind(ports.store),
      append: async (request: Parameters<typeof ports.store.append>[0]) => {
        if (request.appendId === installations[1].vault.uuid('conversation-append', uuid(4)))
          await installations[0].eraseCustomer('customer_number:14', 'customer_request', { by });
        return installations[1].store.append(request);
      },
    };
    const late = { ...installations[1].conversations, store: { ...installations[1].conversations.store, ...store } };
    const note: ConversationChange = { type: 'Note', body: { text: 'a secret' } };
    const command = { conversationId: id, change: note, request: from('bea') };
    const attempt = { commandId: uuid(4), begunBefore: undefined };
    expect(await changeConversation(late, command, attempt)).toMatchObject({ reason: { code: 'customer_erased' } });
    expect((await loadedOf(id)).events.map(({ type }) => type)).toEqual([
      ...['conversation.opened', 'conversation.noted', 'conversation.forgotten'],
    ]);
    const { readModels } = installations[0];
    for (const name of ['conversations', 'conversation-messages']) {
      await readModels.waitUntil(name, await installations[0].store.head(), 60_000);
      expect(await readModels.query(`SELECT 1 FROM {${name}} WHERE conversation_id = $1::uuid`, [id])).toEqual([]);
    }
  });
});

describe('a complaint that is taken up', () => {
  const told: Told = {
    kind: 'complaint',
    occurredAt: '2019-03-20T10:00:00Z',
    data: { text: 'a secret', remedySought: 'refund' },
  };
  const complaintOf = (conversationId: string) =>
    installations[0].readModels.query(
      'SELECT stage, received_at, remedy_sought, channel, version FROM {complaints} WHERE conversation_id = $1::uuid',
      [conversationId],
    );

  it('is received in its conversation when it was made, once, by whoever was first of two processes', async () => {
    const position = await tells('21', told);
    const taken = await Promise.all(
      [0, 1, 0, 1].map((process) =>
        takeUpTouchpoint(installations[process === 0 ? 0 : 1].conversations, position, from('ada')),
      ),
    );
    const ids = new Set(taken.map((each) => done(each).conversationId));
    expect(ids.size).toBe(1);
    const [conversationId = ''] = ids;
    await installations[0].readModels.waitUntil('complaints', await installations[0].store.head(), 10_000);
    expect(await complaintOf(conversationId)).toEqual([
      {
        ...{ stage: 'received', received_at: Date.parse(told.occurredAt), remedy_sought: 'refund' },
        ...{ channel: 'chat', version: 1 },
      },
    ]);
  });

  it('is in no list where its customer was erased meanwhile', async () => {
    const position = await tells('22', told);
    const ports = installations[1].conversations;
    const by = { actor: { kind: 'operator', id: 'cli:test' } } as const;
    let conversationId = '';
    // As above: the append comes after the erasure.
    const append = async (request: Parameters<typeof ports.store.append>[0]) => {
      const stream = request.streams[0]?.stream ?? '';
      if (conversationId === '' && stream.startsWith('conversation-')) {
        conversationId = stream.slice('conversation-'.length);
        await installations[0].eraseCustomer('customer_number:22', 'customer_request', { by });
      }
      return ports.store.append(request);
    };
    const store = {
      append,
      readStream: ports.store.readStream.bind(ports.store),
      eventAt: ports.store.eventAt.bind(ports.store),
      head: ports.store.head.bind(ports.store),
    };
    expect(await takeUpTouchpoint({ ...ports, store }, position, from('ada'))).toMatchObject({
      reason: { code: 'customer_erased' },
    });
    const { readModels } = installations[0];
    await readModels.waitUntil('complaints', await installations[0].store.head(), 10_000);
    expect((await loadedOf(conversationId)).events.map(({ type }) => type)).toEqual([
      ...['conversation.opened', 'conversation.message_received', 'conversation.forgotten'],
    ]);
    expect(await complaintOf(conversationId)).toEqual([]);
  });
});

describe('a conversation that is looked at', () => {
  const at = Date.UTC(2030, 0, 1);
  const look = async (id: string, caughtUp = () => Promise.resolve(true)) =>
    getConversation(installations[0].conversationViews, id, { now: at, caughtUp });
  const shown = async (...models: readonly string[]) => {
    const { readModels, store } = installations[0];
    for (const model of models) await readModels.waitUntil(model, await store.head(), 60_000);
  };
  const both = ['conversations', 'conversation-messages'] as const;

  it('is one version of both read models, or nothing', async () => {
    const id = await opened('15');
    const said = done(await change(id, { type: 'Note', body: { text: 'one' } }, from('ada')));
    await shown(...both);
    let asked = 0n;
    const behind = (position: bigint) => {
      asked = position;
      return Promise.resolve(false);
    };
    const options = { now: at, caughtUp: behind };
    expect(await getConversation(installations[0].conversationViews, id, options)).toEqual(fail('not-caught-up'));
    expect(asked.toString()).toBe(said.position);

    // While it waits for messages, more is said, and some of it goes elsewhere.
    const notes = [await change(id, { type: 'Note', body: { text: 'two' } }, from('ada'))];
    await shown(...both);
    let first = true;
    const meanwhile = async () => {
      if (first) {
        first = false;
        const { events } = await loadedOf(id);
        const messages = events.flatMap(({ data }) => (hasMessage(data) ? [data.messageId] : [])).slice(0, 1);
        notes.push(await change(id, { type: 'Split', body: { messages, subject: 'Lamp' } }, from('ada')));
        notes.push(await change(id, { type: 'Note', body: { text: 'three' } }, from('ada')));
        await shown(...both);
      }
      return true;
    };
    expect(await look(id, meanwhile)).toMatchObject({
      value: { version: '5', messageCount: 2, messages: [{ text: 'two' }, { text: 'three' }] },
    });
  });

  it('shows what was split off: into what, by whom, when and how much', async () => {
    const id = await opened('split-shown');
    for (const text of ['one', 'two', 'three']) done(await change(id, { type: 'Note', body: { text } }, from('ada')));
    const { state } = await stateOf(id);
    const messages = state.stage === 'unknown' ? [] : state.messages.slice(0, 2);
    const split: ConversationChange = { type: 'Split', body: { messages, subject: 'The lamp' } };
    const { opened: into } = done(await change(id, split, from('bea')));
    await shown(...both);
    const last = (await loadedOf(id)).events.at(-1);
    const splits = [{ into, by: 'user:bea', at: new Date(last?.occurredAt ?? 0).toISOString(), messages: 2 }];
    expect(await look(id)).toMatchObject({ value: { splits, messages: [{ text: 'three' }] } });
    expect(await look(into ?? '')).toMatchObject({ value: { splits: [], follows: id } });
  });

  describe('with a link', () => {
    const linksOf = async (...ids: readonly string[]) => {
      await shown(...both);
      const found = await Promise.all(ids.map((id) => look(id)));
      return found.map((each) => (each.ok ? each.value?.links : undefined));
    };
    const link = (to: string, linked = true): ConversationChange => ({ type: 'Link', body: { to, linked } });

    it('has it on both sides, of any customers, and on neither once either takes it away', async () => {
      const [one, other] = [await opened('linked'), await opened('linked-too')];
      const linked = done(await change(one, link(other), from('ada')));
      expect(linked).toMatchObject({ conversationId: one, version: '2' });
      expect(await linksOf(one, other)).toEqual([[other], [one]]);
      // Each event is its own customer's, and both are one append.
      const [mine, theirs] = [await loadedOf(one), await loadedOf(other)].map(({ events }) => events.at(-1));
      expect([mine?.key, theirs?.key]).toEqual([
        (await loadedOf(one)).events[0]?.key,
        (await loadedOf(other)).events[0]?.key,
      ]);
      expect(mine?.key).not.toBe(theirs?.key);
      expect(theirs?.meta.causationId).toBe(mine?.meta.causationId);
      expect(done(await change(one, link(other), from('ada')))).toMatchObject({ version: '2' });
      done(await change(other, link(one, false), from('bea')));
      expect(await linksOf(one, other)).toEqual([[], []]);
    });

    it('to itself or to nothing is refused', async () => {
      const id = await opened('linked');
      expect(await change(id, link(id), from('ada'))).toMatchObject({ reason: { reason: 'itself' } });
      expect(await change(id, link(uuid(5)), from('ada'))).toMatchObject({
        reason: { code: 'conversation_not_found' },
      });
      expect((await loadedOf(id)).events).toHaveLength(1);
    });

    it('is to be asked for again where the other one changes whenever it is made', async () => {
      const [one, other] = [await opened('linked'), await opened('linked-busy')];
      const ports = installations[0].conversations;
      let tagged = 0;
      const store = {
        ...withStore(),
        async append(...asked: Parameters<typeof ports.store.append>) {
          const body = { add: [`t${String((tagged += 1))}`] };
          done(await change(other, { type: 'Tag', body }, from('bea')));
          return ports.store.append(...asked);
        },
      };
      const command = { conversationId: one, change: link(other), request: from('ada') };
      expect(await changeConversation({ ...ports, store }, command, fresh)).toEqual(
        fail({ code: 'not_caught_up', retryAfterMs: 1_000 }),
      );
      expect(await linksOf(one, other)).toEqual([[], []]);
    });

    it('from before both sides knew of it is made whole, or taken away', async () => {
      const [one, other] = [await opened('linked'), await opened('linked-too')];
      const ports = installations[0].conversations;
      const oneSided = async (to: string, commandId: string) => {
        const loaded = await loadConversation(ports, one);
        const part = decided(loaded, { type: 'Link', at, by: 'user:ada', self: one, to, linked: true });
        if (!part.ok || loaded.state.stage === 'unknown') throw new Error('it was opened');
        const { customerId, incarnation } = loaded.state;
        const said = { customerId, incarnation, commandId, requestHash: new Uint8Array(16) };
        await appendParts(ports, [part.value], { ...said, meta: { source: '/test', correlationId: 'c' } });
      };
      await oneSided(other, uuid(61));
      await oneSided(uuid(6), uuid(62));
      expect(await linksOf(one, other)).toEqual([[other, uuid(6)], []]);
      expect(done(await change(one, link(other), from('ada')))).toMatchObject({ conversationId: one, version: '3' });
      expect(await linksOf(one, other)).toEqual([[other, uuid(6)], [one]]);
      done(await change(one, link(uuid(6), false), from('ada')));
      expect(await linksOf(one, other)).toEqual([[other], [one]]);
    });
  });

  it('shows at most 1 MB, the last message whatever its size', async () => {
    const id = await opened('16');
    // Ten thousand characters of four bytes, sealed and in base64: some 55 KB each.
    for (let number = 0; number < 25; number += 1)
      done(await change(id, { type: 'Note', body: { text: '😀'.repeat(10_000) } }, from('ada')));
    await shown(...both);
    const found = await look(id);
    if (!found.ok || !found.value) throw new Error('not found');
    expect(found.value.messageCount).toBe(25);
    expect(found.value.messages.length).toBeGreaterThan(10);
    expect(found.value.messages.length).toBeLessThan(25);
  });

  it('says when its snooze ended by itself', async () => {
    const id = await opened('17');
    const until = '2029-12-31T00:00:00.000Z';
    done(await change(id, { type: 'Snooze', body: { until } }, from('ada')));
    await shown(...both);
    expect(await look(id)).toMatchObject({ value: { category: 'open', snoozedUntil: null, snoozeEndedAt: until } });
  });
});

describe('a list', () => {
  it('reads no more rows than it shows, whatever it is filtered by', async () => {
    const { conversationViews, readModels, store } = installations[0];
    await readModels.waitUntil('conversations', await store.head(), 60_000);
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const plans: string[] = [];
    const explained = {
      ...conversationViews,
      readModels: {
        ...readModels,
        query: async (sql: string, values: readonly unknown[]) => {
          const [row] = await readModels.query<{ t: string }>(
            'SELECT tableoid::regclass::text AS t FROM {conversations} LIMIT 1',
            [],
          );
          const text = `EXPLAIN ${sql.replaceAll('{conversations}', row?.t ?? '')}`;
          // The table is small here: an index is taken where there is one that fits.
          await pool.query('SET enable_seqscan = off; SET enable_sort = off');
          const { rows } = await pool.query<{ 'QUERY PLAN': string }>(text, [...values]);
          plans.push(rows.map((each) => each['QUERY PLAN']).join('\n'));
          return [];
        },
      } as typeof readModels,
    };
    const now = Date.now();
    for (const asked of [
      {},
      { categories: ['open'] as const },
      { agent: NOBODY },
      { agent: 'user:ada', categories: ['open', 'snoozed'] as const },
      { team: 'returns', categories: ['waiting_customer'] as const },
      { customerId: uuid(1) },
    ])
      expect(await listConversations(explained, { ...asked, now })).toMatchObject({ ok: true });
    await pool.end();
    for (const plan of plans) {
      expect(plan).toMatch(/Index Scan/);
      // Parts in their order are merged, never sorted.
      expect(plan).not.toMatch(/Seq Scan|-> {2}(Incremental )?Sort/);
    }
  });
});

describe('who is named', () => {
  it('is somebody who is known: a mention is not sealed, and nobody can act for a key that is over', async () => {
    const id = await opened('9');
    const mentions = ['user:jane.doe@example.com'];
    expect(await change(id, { type: 'Note', body: { text: 'look', mentions } }, from('ada'))).toMatchObject({
      reason: { reason: 'unknown-agent' },
    });
    const { apiKeys } = installations[0].access;
    const operator = { kind: 'operator', id: 'cli:test' } as const;
    const key = await apiKeys.create({ name: 'robot', scopes: ['conversations:write'] }, operator);
    const assign: ConversationChange = { type: 'Assign', body: { agent: `key:${key.id}` } };
    done(await change(id, assign, from('ada')));
    done(await change(id, { type: 'Assign', body: {} }, from('ada')));
    await apiKeys.revoke(key.id, operator);
    expect(await change(id, assign, from('ada'))).toMatchObject({ reason: { reason: 'unknown-agent' } });
  });
});

describe('what is owed to a customer', () => {
  const takenUp = async (customer: string, text: string, occurredAt?: string) =>
    done(await takeUpTouchpoint(installations[0].conversations, await says(customer, text, occurredAt), from('ada')))
      .conversationId;
  const lastOf = async (id: string, count: number) =>
    (await loadedOf(id)).events.slice(-count).map(({ type, data }) => ({ type, data }));

  it('goes on where its conversation goes on, also where that rested, and is over when it was answered there', async () => {
    const own = await takenUp('81', 'where is it?');
    const rested = await opened('81');
    const owes = { since: '2026-03-20T10:00:00.000Z' };
    done(await change(rested, { type: 'ChangeStatus', body: { category: 'resolved' } }, from('ada')));
    done(await change(own, { type: 'Merge', body: { into: rested } }, from('ada')));
    expect(await lastOf(rested, 2)).toMatchObject([
      { type: 'conversation.absorbed', data: { from: own, owes } },
      { type: 'conversation.reopened' },
    ]);
    done(await change(own, { type: 'Unmerge' }, from('ada')));
    expect(await lastOf(own, 1)).toMatchObject([{ type: 'conversation.unmerged', data: { owes } }]);
    expect(await lastOf(rested, 2)).toMatchObject([
      { type: 'conversation.released', data: { owes: {} } },
      { type: 'conversation.status_changed', data: { category: 'resolved' } },
    ]);
    const { version } = done(await change(own, { type: 'Merge', body: { into: rested } }, from('ada')));
    expect(Number(version)).toBeGreaterThan(2);
    const read = String((await loadedOf(rested)).events.length);
    done(await change(rested, reply('On Thursday.', read), from('ada')));
    done(await change(own, { type: 'Unmerge' }, from('ada')));
    expect(await lastOf(own, 2)).toMatchObject([
      { type: 'conversation.unmerged', data: { owes: {} } },
      { type: 'conversation.status_changed', data: { category: 'waiting_customer' } },
    ]);
  });

  it('is nothing where somebody resolved it without an answer: such a one is merged and wakes nobody', async () => {
    const own = await takenUp('83', 'thanks!');
    const rested = await opened('83');
    for (const id of [own, rested])
      done(await change(id, { type: 'ChangeStatus', body: { category: 'resolved' } }, from('ada')));
    done(await change(own, { type: 'Merge', body: { into: rested } }, from('ada')));
    expect(await lastOf(rested, 2)).toMatchObject([
      { type: 'conversation.status_changed' },
      { type: 'conversation.absorbed', data: { from: own } },
    ]);
  });

  it('and to which we were to come back is not forgotten in what is resolved', async () => {
    const aside = [
      { type: 'Snooze', body: { until: '2126-03-20T10:00:00Z', wake: 'stay' } },
      { type: 'ChangeStatus', body: { category: 'waiting_third_party' } },
    ] as const;
    for (const [index, each] of aside.entries()) {
      const own = await opened(`84${String(index)}`);
      const rested = await opened(`84${String(index)}`);
      done(await change(own, each, from('ada')));
      done(await change(rested, { type: 'ChangeStatus', body: { category: 'resolved' } }, from('ada')));
      done(await change(own, { type: 'Merge', body: { into: rested } }, from('ada')));
      expect(await lastOf(rested, 2)).toMatchObject([
        { type: 'conversation.absorbed', data: { from: own } },
        { type: 'conversation.reopened', data: { by: expect.any(String) as string, cause: 'agent' } },
      ]);
    }
  });

  it('goes along with the messages of a split, with the team and how urgent it is', async () => {
    const own = await takenUp('82', 'where is the lamp?', '2026-03-20T10:00:00Z');
    expect(await takenUp('82', 'and the chair?', '2026-03-20T11:00:00Z')).toBe(own);
    await setUpTeam('returns');
    done(await change(own, { type: 'Transfer', body: { team: 'returns' } }, from('ada')));
    done(await change(own, { type: 'Prioritise', body: { priority: 'high' } }, from('ada')));
    const [first = ''] = (await loadedOf(own)).events.flatMap(({ data }) => (hasMessage(data) ? [data.messageId] : []));
    const split: ConversationChange = { type: 'Split', body: { messages: [first], subject: 'The lamp' } };
    const { opened: lamp = '' } = done(await change(own, split, from('ada')));
    const owes = { since: '2026-03-20T10:00:00.000Z' };
    expect(await lastOf(lamp, 1)).toMatchObject([
      { type: 'conversation.opened', data: { team: 'returns', priority: 'high', direction: 'ltr', owes } },
    ]);
    expect(await lastOf(own, 1)).toMatchObject([{ data: { owes: { since: '2026-03-20T11:00:00.000Z' } } }]);
  });
});

describe('a team', () => {
  it('that nobody has set up is given nothing, and named', async () => {
    const id = await opened('84');
    const transfer: ConversationChange = { type: 'Transfer', body: { team: 'retruns' } };
    expect(await change(id, transfer, from('ada'))).toMatchObject({
      reason: { code: 'conversation_refused', reason: 'unknown-team', unknown: { kind: 'team', name: 'retruns' } },
    });
    await setUpTeam('retruns');
    done(await change(id, transfer, from('ada')));
    done(await change(id, { type: 'Transfer', body: {} }, from('ada')));
  });
});

describe('the read models', () => {
  it('are what a fold of the log gives, row for row', async () => {
    const [installation] = installations;
    const one = await opened('7');
    const other = await opened('7');
    const touchpoint = await says('7', 'what about the lamp?');
    const taken = done(await takeUpTouchpoint(installation.conversations, touchpoint, from('ada')));
    done(await change(taken.conversationId, reply('and the chair?', taken.version), from('ada')));
    const { events } = await loadedOf(taken.conversationId);
    const spoken = events.flatMap(({ data }) => (hasMessage(data) ? [data.messageId] : []));
    const split: ConversationChange = { type: 'Split', body: { messages: spoken.slice(0, 1), subject: 'The lamp' } };
    done(await change(taken.conversationId, split, from('ada')));
    done(await change(other, { type: 'Merge', body: { into: one } }, from('ada')));
    done(await change(other, { type: 'Unmerge' }, from('ada')));
    done(await change(other, { type: 'Merge', body: { into: one } }, from('ada')));
    const head = await installation.store.head();
    const admin = installation.projectionAdmin({ actor: { kind: 'operator', id: 'cli:test' } });
    for (const name of ['conversations', 'conversation-messages']) {
      await installation.readModels.waitUntil(name, head, 60_000);
      expect(await admin.verify(name)).toMatchObject({ ok: true, parkedKeys: [] });
    }
  });
});

const hasMessage = (data: unknown): data is { readonly messageId: string } =>
  typeof data === 'object' && data !== null && 'messageId' in data;
