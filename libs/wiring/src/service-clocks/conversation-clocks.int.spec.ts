import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clockOfStream, type ConversationCommandView } from '#contracts';
import { testDatabase, type TestDatabase } from '#testing';
import { type RecordedEvent } from '#kernel';
import { loadConfig } from '../config/config.js';
import { changeConversation, type Changed } from '../conversations/change-conversation.js';
import { takeUpTouchpoint } from '../conversations/take-up-touchpoint.js';
import { type Installation, openInstallation } from '../installation.js';
import { type ConversationChange } from '../messages/change-conversation.command.js';
import { type CommandRequest } from '../messages/command-request.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

const open = (): Promise<Installation> =>
  openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), { program: 'test' });

beforeEach(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-clocks-'));
  installation = await open();
  installation.startProjections({ pollMs: 20 });
});
afterEach(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const HOUR = 3_600_000;
const request: CommandRequest = {
  principal: { kind: 'user', id: 'ada', name: 'ada', roles: ['agent'], sessionId: 's' },
  correlationId: 'c'.repeat(32),
};

function done(changed: Changed): ConversationCommandView {
  if (!changed.ok) throw new Error(JSON.stringify(changed.reason));
  return changed.value;
}

interface Begun {
  readonly id: string;
  readonly version: string;
  readonly openedAt: number;
}

/** As many customers write, each so long ago and a second after the other; what they say is taken up. */
async function write(count: number, agoMs: number): Promise<readonly Begun[]> {
  const first = Date.now() - agoMs;
  const written = Array.from({ length: count }, (_, index) => first + index * 1_000);
  const results = await installation.recordTouchpoints(
    written.map((at, index) => ({
      ...{ id: `m${String(index)}`, source: 'shop', kind: 'message', channel: 'chat' },
      occurredAt: new Date(at).toISOString(),
      identifiers: [{ kind: 'customer_number', value: `c${String(index)}` }],
      data: { author: 'customer', text: 'Where is it?' },
    })),
    { correlationId: 'a'.repeat(32), causationId: 'test' },
  );
  const positions = results.map((result) => {
    if (result.status !== 'accepted') throw new Error(JSON.stringify(result));
    return BigInt(result.position);
  });
  return Promise.all(
    positions.map(async (position, index) => {
      const { conversationId, version } = done(await takeUpTouchpoint(installation.conversations, position, request));
      return { id: conversationId, version, openedAt: written[index] ?? 0 };
    }),
  );
}

const changedAt = (at: number, conversationId: string, change: ConversationChange): Promise<Changed> =>
  changeConversation(
    { ...installation.conversations, clock: { now: () => at } },
    { conversationId, change, request },
    { commandId: undefined, begunBefore: undefined },
  );

/** Every fact of a clock, with the conversation and the kind. */
async function facts(): Promise<readonly (RecordedEvent & { readonly clock: string })[]> {
  const found: RecordedEvent[] = [];
  for (let full = true; full;) {
    const page = await installation.store.readAll(found.at(-1)?.position ?? 0n, 1_000);
    found.push(...page.events);
    full = page.full;
  }
  return found.flatMap((event) => {
    const clock = clockOfStream(event.stream);
    return clock ? [{ ...event, clock: `${clock.conversationId} ${clock.kind}` }] : [];
  });
}

const breaches = async (): Promise<ReadonlyMap<string, number>> => {
  const told = (await facts()).filter(({ type }) => type === 'service_clock.breached');
  const byClock = new Map(told.map(({ clock, data }) => [clock, (data as { readonly at: number }).at]));
  expect(byClock.size).toBe(told.length);
  expect(told.every(({ data, occurredAt }) => (data as { readonly at: number }).at === occurredAt)).toBe(true);
  return byClock;
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const operator = { actor: { kind: 'operator', id: 'test' } } as const;
const atRest = async (): Promise<boolean> => {
  const [clocks] = await installation.reactionAdmin(operator).status();
  expect(clocks).toMatchObject({ name: 'conversation-clocks', parkedTriggers: 0, parkedCommands: 0 });
  return clocks?.waitingCommands === 0 && clocks.overdueTimers === 0;
};

describe('the clocks of conversations', () => {
  it('breach at their due instants, once each, after everything was down over 100 deadlines; what was answered in time did not', async () => {
    const conversations = await write(120, 5 * HOUR);
    const answered = conversations.filter((_, index) => index % 6 === 0);
    // Within the four hours of the policy that holds until somebody sets another one.
    for (const { id, version, openedAt } of answered)
      done(
        await changedAt(openedAt + HOUR, id, { type: 'Reply', body: { text: 'On its way.', sinceVersion: version } }),
      );
    installation.startReactions({ pollMs: 20 });
    await until(async () => (await breaches()).size >= 10);
    // And once more down, in the midst of it.
    await installation.close();
    installation = await open();
    installation.startProjections({ pollMs: 20 });
    installation.startReactions({ pollMs: 20 });
    const late = conversations.filter((each) => !answered.includes(each));
    await until(async () => (await breaches()).size >= late.length && (await atRest()));
    expect(late).toHaveLength(100);
    expect(await breaches()).toEqual(
      new Map(late.map(({ id, openedAt }) => [`${id} first_response`, openedAt + 4 * HOUR])),
    );
    const inTime = (await facts()).filter(({ type }) => type === 'service_clock.fulfilled');
    const terms = {
      ...{ policyId: 'standard', policyVersion: 1, calendarId: 'always', calendarVersion: 1 },
      targetSeconds: (4 * HOUR) / 1_000,
    };
    expect(inTime.map(({ clock, data }) => [clock, data])).toEqual(
      expect.arrayContaining(
        answered.map(({ id, openedAt }) => [
          `${id} first_response`,
          { at: openedAt + HOUR, dueAt: openedAt + 4 * HOUR, verdict: 'on_time', spentMs: HOUR, terms },
        ]),
      ),
    );
    expect(inTime).toHaveLength(answered.length);
    const head = await installation.store.head();
    await installation.readModels.waitUntil('service-clocks', head, 60_000);
    expect(await installation.projectionAdmin(operator).verify('service-clocks')).toMatchObject({ ok: true });
    // Every one of them is the customer's, as the conversation is.
    expect(new Set((await facts()).map(({ key }) => key)).size).toBe(conversations.length);
    // Whoever asks while the database is slow to answer is told nothing, and asks again.
    const told = 'safar_reaction_overdue_timers{reaction="conversation-clocks"} 0';
    await until(async () => (await installation.metrics.exposition()).includes(told));
  });

  it('follow a conversation through its life, at the instants of its facts', async () => {
    installation.startReactions({ pollMs: 20 });
    const [begun] = await write(1, HOUR);
    if (!begun) throw new Error('nothing was taken up');
    const { id, openedAt } = begun;
    const replied = openedAt + 600_000;
    const body = { text: 'Which one?', sinceVersion: begun.version };
    done(await changedAt(replied, id, { type: 'Reply', body }));
    done(await changedAt(replied + 1, id, { type: 'ChangeStatus', body: { category: 'resolved' } }));
    const told = async () =>
      (await facts()).map(({ clock, type, occurredAt }) => [clock.split(' ')[1], type, occurredAt]);
    await until(async () => (await told()).length >= 5);
    expect(await told()).toEqual([
      ['first_response', 'service_clock.activated', openedAt],
      ['resolution', 'service_clock.activated', openedAt],
      ['first_response', 'service_clock.fulfilled', replied],
      ['resolution', 'service_clock.paused', replied],
      ['resolution', 'service_clock.fulfilled', replied + 1],
    ]);
    await until(atRest);
  });
});
