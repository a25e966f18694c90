import fc from 'fast-check';
import { conversationClocks, type ConversationCommand, queue, type TellClocks } from '#capabilities';
import { policiesStream, upcast } from '#contracts';
import { type RecordedEvent, type RowKey, START } from '#kernel';
import { openMemoryEventStore } from '#platform/event-store';
import { type IssuedCommand, type KeyMemory, runKey } from '#platform/reactions';
import { createMemoryVault } from '#platform/vault';
import { appendParts, loadConversation, type Part } from '../conversations/conversation-log.js';
import { known } from '../conversations/change-conversation.js';
import { decided, type PlannedChange, planChange } from '../conversations/plan-change.js';
import { newId } from '../routing/fixtures/opened-conversation.js';
import { ClockBooks } from '../service-clocks/clock-books.js';
import { createClockExecutor } from '../service-clocks/tell-clocks.js';

const MINUTE = 60_000;
/** `npm test` takes some; SAFAR_PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env['SAFAR_PROPERTY_RUNS'] ?? 30);
const start = Date.UTC(2026, 4, 1);
const by = 'user:ada';
const [into, from, other, customerId] = ['a', 'b', 'd', 'c'].map(
  (letter) => `018f0000-0000-8000-8000-00000000000${letter}`,
) as [string, string, string, string];
const all = [into, from, other];
const paused = ['waiting_customer', 'waiting_third_party', 'snoozed'];
const policy = {
  ...{ id: 'p', calendarId: 'always', pausedWhile: { update: paused, resolution: paused } },
  targetSeconds: { first_response: 420, next_response: 300, update: 360, resolution: 1_200 },
};

const deeds = [
  ...([
    'message',
    'reply',
    'reply-open',
    'robot',
    'elsewhere',
    'elsewhere-late',
    'spam',
    'no-spam',
    'snooze',
    'sleep',
  ] as const),
  ...(['open', 'waiting_customer', 'waiting_third_party', 'resolved'] as const),
];
type Deed = (typeof deeds)[number];

function commandOf(deed: Deed, at: number, version: number): ConversationCommand {
  const said = { at, messageId: newId(), direction: 'ltr', text: 'x', since: version } as const;
  switch (deed) {
    case 'message':
      return { type: 'ReceiveMessage', at, message: { messageId: newId(), kind: 'message', channel: 'chat' } };
    case 'reply':
      return { type: 'Reply', by, ...said };
    case 'reply-open':
      return { type: 'Reply', by, ...said, then: 'open' };
    case 'robot':
      return { type: 'Reply', by: 'system:rules', ...said };
    case 'elsewhere':
    case 'elsewhere-late':
      return {
        ...{ type: 'TellReply', ...said, by: 'user:elsewhere', elsewhere: 'message', channel: 'chat', toldAt: at },
        at: deed === 'elsewhere' ? at : at - 90_000,
      };
    case 'spam':
    case 'no-spam':
      return { type: 'MarkSpam', at, by, spam: deed === 'spam' };
    case 'snooze':
    case 'sleep':
      return { type: 'Snooze', at, by, until: at + 5 * MINUTE, wake: deed === 'snooze' ? 'on_reply' : 'stay' };
    case 'open':
    case 'waiting_customer':
    case 'waiting_third_party':
    case 'resolved':
      return { type: 'ChangeStatus', at, by, category: deed };
  }
}

/** Three conversations of a customer with their log, their clocks and their rows of the queue, by the parts that do it; nothing else. */
async function world() {
  let now = start;
  const store = openMemoryEventStore({ now: () => now });
  const vault = createMemoryVault();
  const ports = { store, vault };
  const key = (await vault.currentKeys([customerId])).get(customerId);
  const incarnation = key?.incarnation ?? 0;
  const meta = { source: '/test', correlationId: 'c' };
  const say = (...parts: readonly Part[]) =>
    appendParts(ports, parts, {
      ...{ customerId, incarnation, commandId: newId(), requestHash: vault.digest('test', newId()), meta },
    });
  const saved = { type: 'service_policies.saved', schemaVersion: 1, key: policiesStream, occurredAt: now };
  const settings = { ...saved, id: newId(), data: { by, policies: [policy] }, meta: { ...meta, causationId: 'c' } };
  await store.append({
    ...{ appendId: newId(), requestHash: vault.digest('test', 'policies') },
    streams: [{ stream: policiesStream, expect: 'none', events: [settings] }],
  });

  const tell = createClockExecutor({ ...ports, books: new ClockBooks(store) });
  const memories = new Map<string, KeyMemory>();
  let read = START;
  async function settle(): Promise<void> {
    for (let isQuiet = false; !isQuiet;) {
      const events = (await store.readAll(read, 1_000)).events.map(upcast);
      read = events.at(-1)?.position ?? read;
      isQuiet = events.length === 0;
      for (const id of all) {
        const own = events.filter(
          (event) => event.type in conversationClocks.when && conversationClocks.key(event as never) === id,
        );
        const memory = memories.get(id) ?? { state: conversationClocks.initial, timers: [] };
        const run = runKey(conversationClocks, id, memory, { events: own as never, time: now });
        if (run.failed) throw run.failed.error;
        memories.set(id, { state: run.state, timers: run.timers });
        for (const command of run.commands)
          await tell({ ...command, reaction: conversationClocks.name } as IssuedCommand<TellClocks>);
        isQuiet &&= run.commands.length === 0;
      }
    }
  }

  async function command(id: string, asked: ConversationCommand): Promise<void> {
    const part = decided(await loadConversation(ports, id), asked);
    if (part.ok && part.value.facts.length > 0) await say(part.value);
    await settle();
  }
  for (const [id, at] of [
    [into, start],
    [from, start + MINUTE],
    [other, start + MINUTE + 1],
  ] as const) {
    now = at;
    const opening = { origin: 'touchpoint', customerId, incarnation, channel: 'chat', subject: '' } as const;
    await command(id, { type: 'OpenConversation', at, ...opening });
    await command(id, commandOf('message', at, 1));
  }

  return {
    async do(id: string, deed: Deed, at: number): Promise<void> {
      // Whatever became due before it comes first.
      now = at - 1;
      await settle();
      now = at;
      await command(id, commandOf(deed, at, (await loadConversation(ports, id)).events.length));
    },
    async change(change: PlannedChange, at: number, self = from): Promise<boolean> {
      now = at - 1;
      await settle();
      now = at;
      const own = known(await loadConversation(ports, self));
      if (!own) throw new Error('it was opened');
      const plan = await planChange(ports, own, change, {
        at,
        by,
        messageId: newId(),
        newId: newId(),
        promiseId: newId(),
      });
      if (!plan.ok) return false;
      const outcome = await say(...plan.value);
      if (outcome.status !== 'appended') throw new Error(outcome.status);
      await settle();
      return true;
    },
    state: async () => (await loadConversation(ports, into)).state,
    /** One of us answered elsewhere at a time, and it is told at another. */
    async answer(id: string, given: number, told: number): Promise<void> {
      now = told;
      await command(id, { ...commandOf('elsewhere', told, 0), at: given });
    },
    async messages(id: string): Promise<readonly string[]> {
      const { state } = await loadConversation(ports, id);
      return state.stage === 'unknown' ? [] : state.messages;
    },
    /** How all stand in the queue at a time. */
    async rows(at: number) {
      now = at;
      await settle();
      for (const id of all) await command(id, { type: 'Wake', at });
      const rows = fold((await store.readAll(START, 10_000)).events.map(upcast));
      return all.map((id) => rowOf(rows.get(`${id},0`)));
    },
  };
}

type Row = Parameters<(typeof queue.when)['conversation.replied']>[0];

function fold(events: readonly RecordedEvent[]): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  const rowAt = (key: RowKey) => rows.get(key.join());
  for (const event of events.filter(({ type }) => type in queue.when)) {
    const handle = queue.when[event.type as keyof typeof queue.when] as (...values: readonly unknown[]) => Row;
    for (const key of queue.keys(event as never)) rows.set(key.join(), handle(rowAt(key), event, key, rowAt));
  }
  return rows;
}

const rowOf = (row: Row) => {
  if (row === undefined) throw new Error('it was opened');
  const { kept, stage, category, status, turn_since, waiting_since, unanswered_since, snoozed_until } = row;
  const clocks = row.clocks.map(({ kind, dueAt, breachedAt }) => ({ kind, dueAt, breachedAt }));
  return {
    // Of clocks that are due at the same instant, the row names the one that began to run first.
    ...{
      kept,
      stage,
      category,
      status,
      turn_since,
      waiting_since,
      unanswered_since,
      snoozed_until,
      due_at: row.due_at,
    },
    clocks: clocks.toSorted((one, other) => (one.kind < other.kind ? -1 : 1)),
  };
};

const step = fc.record({
  id: fc.constantFrom(into, from),
  deed: fc.constantFrom(...deeds),
  minutes: fc.integer({ min: 1, max: 4 }),
});
const histories = fc.record({
  steps: fc.array(step, { maxLength: 10 }),
  wait: fc.integer({ min: 1, max: 9 }),
  lasts: fc.integer({ min: 1, max: 30 }),
  then: fc.array(step, { maxLength: 3 }),
});

it('a merge that is undone leaves both as they would be without it: whose turn, since when, what is due, what was late', async () => {
  let undone = 0;
  await fc.assert(
    fc.asyncProperty(histories, async ({ steps, wait, lasts, then }) => {
      const [merged, left] = [await world(), await world()];
      const both = [merged, left];
      let at = start + 2 * MINUTE;
      for (const { id, deed, minutes } of steps) {
        at += minutes * MINUTE;
        for (const each of both) await each.do(id, deed, at);
      }
      // Not at an instant at which anything is due.
      at += wait * MINUTE + 10_000;
      const before = await merged.state();
      fc.pre(await merged.change({ type: 'Merge', body: { into } }, at));
      // What waited for others was ours meanwhile, and a breach that was told then stays.
      const isOpen = before.stage !== 'unknown' && before.category === 'open';
      const until = at + (isOpen ? lasts * MINUTE : 20_000);
      expect(await merged.change({ type: 'Unmerge' }, until)).toBe(true);
      undone += 1;
      const seen = until + 10_000;
      expect(await merged.rows(seen)).toEqual(await left.rows(seen));
      // And so it goes on.
      at = Math.ceil(seen / MINUTE) * MINUTE;
      for (const { id, deed, minutes } of then) {
        at += minutes * MINUTE;
        for (const each of both) await each.do(id, deed, at);
      }
      expect(await merged.rows(at + 30_000)).toEqual(await left.rows(at + 30_000));
    }),
    { numRuns: RUNS },
  );
  expect(undone).toBeGreaterThan(0);
});

it('an answer that was given elsewhere and told at once is one that was given here', async () => {
  const answered = fc.array(step, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(answered, async (steps) => {
      const [here, elsewhere] = [await world(), await world()];
      let at = start + 2 * MINUTE;
      for (const { id, deed, minutes } of steps) {
        at += minutes * MINUTE;
        await here.do(id, deed === 'elsewhere' ? 'reply' : deed, at);
        await elsewhere.do(id, deed === 'reply' ? 'elsewhere' : deed, at);
      }
      expect(await elsewhere.rows(at + 10_000)).toEqual(await here.rows(at + 10_000));
    }),
    { numRuns: RUNS },
  );
});

it('of several merges that are undone, clocks stood still from the first of them on', async () => {
  const [merged, left] = [await world(), await world()];
  let at = start + 2 * MINUTE;
  const then = (): number => (at += MINUTE);
  then();
  for (const each of [merged, left]) await each.do(into, 'reply', at);
  // It waited for its customer, and was ours from the first merge on.
  expect(await merged.change({ type: 'Merge', body: { into } }, then() + 1_000)).toBe(true);
  expect(await merged.change({ type: 'Merge', body: { into } }, then() + 1_000, other)).toBe(true);
  expect(await merged.change({ type: 'Unmerge' }, then() + 1_000)).toBe(true);
  expect(await merged.change({ type: 'Unmerge' }, then() + 1_000, other)).toBe(true);
  // What stood still has no due time until it goes on.
  then();
  for (const each of [merged, left]) await each.do(into, 'message', at);
  expect(await merged.rows(then())).toEqual(await left.rows(at));
});

describe('an answer that is told late', () => {
  const minute = (minutes: number): number => start + minutes * MINUTE;

  it('answers what had been said before it and nothing later, also where that was merged, and once it is not', async () => {
    const merged = await world();
    await merged.do(into, 'reply', minute(2));
    // Said at 1 and at 8.
    await merged.do(from, 'message', minute(8));
    expect(await merged.change({ type: 'Merge', body: { into } }, minute(9))).toBe(true);
    // Given at 8, less a second.
    await merged.answer(into, minute(8) - 1_000, minute(10));
    expect(await merged.rows(minute(11))).toMatchObject([{ unanswered_since: minute(8), category: 'open' }, {}, {}]);
    expect(await merged.change({ type: 'Unmerge' }, minute(12))).toBe(true);
    expect(await merged.rows(minute(13))).toMatchObject([
      { unanswered_since: null },
      { unanswered_since: minute(8), turn_since: minute(8), category: 'open' },
      {},
    ]);
  });

  it('leaves what somebody chose after it, since when they did', async () => {
    const [inTime, late] = [await world(), await world()];
    await inTime.answer(into, minute(2), minute(2));
    for (const each of [inTime, late]) {
      await each.do(into, 'waiting_third_party', minute(3));
      await each.do(into, 'open', minute(4));
    }
    await late.answer(into, minute(2), minute(5));
    const standing = {
      category: 'open',
      status: 'open',
      unanswered_since: null,
      turn_since: minute(4),
      waiting_since: minute(4),
    };
    for (const each of [inTime, late]) expect(await each.rows(minute(5) + 1)).toMatchObject([standing, {}, {}]);
  });

  it('answers all that was said before it, also of what was split off and merged again', async () => {
    const split = await world();
    await split.do(from, 'message', minute(4));
    await split.do(from, 'message', minute(6));
    const [, second, third] = await split.messages(from);
    const [id, body] = [newId(), { subject: 'Two of three', messages: [second ?? '', third ?? ''] }];
    expect(await split.change({ type: 'Split', body: { ...body, id } }, minute(7))).toBe(true);
    expect(await split.change({ type: 'Merge', body: { into } }, minute(8), id)).toBe(true);
    await split.answer(into, minute(5), minute(9));
    expect(await split.rows(minute(10))).toMatchObject([{ unanswered_since: minute(6) }, {}, {}]);
    await split.answer(into, minute(6), minute(11));
    expect(await split.rows(minute(12))).toMatchObject([{ unanswered_since: null }, {}, {}]);
  });
});
