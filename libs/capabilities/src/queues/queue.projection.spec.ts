import { type ConversationData, conversationStream, clockStream, type StoredClockEvent } from '#contracts';
import { type RecordedEvent, type RowKey } from '#kernel';
import { queue } from './queue.projection.js';
import { NEVER, type QueueRow, spanOf } from './queue-row.js';

const id = '5f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
const customerId = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50';
const t = (seconds: number): number => Date.UTC(2026, 2, 21, 9) + seconds * 1_000;

type Told = Pick<RecordedEvent, 'type' | 'occurredAt' | 'data'> & { readonly stream?: string };

const told = <T extends keyof ConversationData>(type: T, seconds: number, data: ConversationData[T]): Told => ({
  ...{ type, occurredAt: t(seconds), data },
});
const opened = (seconds = 0) =>
  told('conversation.opened', seconds, {
    ...{ origin: 'touchpoint', customerId, incarnation: 1, channel: 'chat', subject: '' },
  });
const says = (seconds: number) =>
  told('conversation.message_received', seconds, {
    ...{ messageId: `m${String(seconds)}`, kind: 'message', channel: 'chat', direction: 'rtl' },
  });
const answers = (seconds: number, by = 'user:ada') =>
  told('conversation.replied', seconds, {
    by,
    messageId: 'r',
    channel: 'chat',
    direction: 'ltr',
    text: '',
  });
const moves = (seconds: number, category: ConversationData['conversation.status_changed']['category']) =>
  told('conversation.status_changed', seconds, { by: 'user:ada', category, status: category, cause: 'agent' });
const clock = (type: StoredClockEvent['type'], seconds: number, data: object, ordinal = 1): Told => ({
  ...{ type, occurredAt: t(seconds), data: { at: t(seconds), ...data } },
  stream: clockStream({ conversationId: id, kind: 'next_response', ordinal }),
});
const terms = { policyId: 'p', policyVersion: 1, calendarId: 'c', calendarVersion: 1, targetSeconds: 60 };

/** The rows after a history, as the engine would leave them: the state that is, and those that were shown before it. */
function after(...history: readonly Told[]): { readonly is: QueueRow; readonly was: readonly QueueRow[] } {
  const rows = new Map<string, QueueRow>();
  history.forEach(({ stream = conversationStream(id), ...event }, index) => {
    const meta = { source: '/safar', correlationId: 'c', causationId: 'c' };
    const recorded = {
      ...{ ...event, id: `e${String(index)}`, schemaVersion: 1, key: customerId, recordedAt: event.occurredAt, meta },
      ...{ stream, version: index + 1, position: BigInt(index + 1) },
    } as Parameters<typeof queue.keys>[0];
    const handle = queue.when[recorded.type] as (...values: readonly unknown[]) => QueueRow | undefined;
    const rowOf = (key: RowKey) => rows.get(key.join());
    for (const key of queue.keys(recorded)) {
      const row = handle(rowOf(key), recorded, key, rowOf);
      if (row) rows.set(key.join(), row);
    }
  });
  const is = rows.get(`${id},0`);
  if (!is) throw new Error('it was opened');
  return { is, was: [...rows.values()].filter(({ kept }) => kept === 'past') };
}

describe('whose turn it is', () => {
  it.each([
    ['is ours since the first message that nobody answered', [opened(), says(0), says(60)], 'open', 0],
    [
      'is the customer’s since the reply',
      [opened(), says(0), answers(30), moves(30, 'waiting_customer')],
      'waiting_customer',
      30,
    ],
    [
      'is ours again since they wrote',
      [opened(), answers(1), moves(1, 'waiting_customer'), says(9), moves(9, 'open')],
      'open',
      9,
    ],
    ['is ours since a reply that left it open', [opened(), says(0), answers(30)], 'open', 30],
    [
      'is ours since their message, whatever a program says',
      [opened(), says(5), answers(9, 'system:rules')],
      'open',
      5,
    ],
    ['is ours since what they wrote after such a reply', [opened(), answers(30), says(40), says(50)], 'open', 40],
    [
      'is ours since a message that waited behind a third party',
      [opened(), says(5), moves(6, 'waiting_third_party'), moves(20, 'open')],
      'open',
      5,
    ],
    [
      'does not begin anew with another word for it',
      [opened(), moves(6, 'waiting_customer'), moves(20, 'waiting_customer')],
      'waiting_customer',
      6,
    ],
  ] as const)('%s', (_, history, category, since) => {
    expect(after(...history).is).toMatchObject({ category, turn_since: t(since), waiting_since: t(since) });
  });

  const owes = (seconds?: number) => (seconds === undefined ? {} : { since: new Date(t(seconds)).toISOString() });
  const by = 'user:ada';
  const absorbs = (seconds: number, since: number) =>
    told('conversation.absorbed', seconds, { by, from: customerId, owes: owes(since) });
  const releases = (seconds: number, since?: number) =>
    told('conversation.released', seconds, { by, from: customerId, owes: owes(since) });

  it('is ours since what was owed in the one that was merged into it, until that is given back', () => {
    const waits = [opened(), says(5), answers(9), moves(9, 'waiting_customer')];
    const took = [...waits, absorbs(20, 3), moves(20, 'open')];
    const since = (seconds: number) => ({ turn_since: t(seconds), waiting_since: t(seconds) });
    expect(after(...took).is).toMatchObject({ category: 'open', ...since(3), unanswered_since: t(3) });
    expect(after(...took, releases(30)).is).toMatchObject({ ...since(30), unanswered_since: null });
    // Where both wait, who waits longer counts.
    expect(after(opened(), says(5), absorbs(20, 3)).is).toMatchObject({ ...since(3), unanswered_since: t(3) });
    expect(after(opened(), says(5), absorbs(20, 8)).is).toMatchObject({ ...since(5), unanswered_since: t(5) });
    expect(after(opened(), says(5), absorbs(20, 3), releases(30, 5)).is).toMatchObject({ ...since(5) });
    const merged = told('conversation.merged', 10, { by, into: customerId });
    const unmerges = (since?: string) =>
      told('conversation.unmerged', 20, { by, into: customerId, owes: {}, ...(since !== undefined && { since }) });
    expect(after(opened(), says(5), merged, unmerges()).is).toMatchObject({ ...since(20), unanswered_since: null });
    // Somebody had chosen how it stands, after what turns out to have been answered.
    const chosen = unmerges(new Date(t(8)).toISOString());
    expect(after(opened(), says(5), merged, chosen).is).toMatchObject({ ...since(8), unanswered_since: null });
  });

  it('is ours since the messages that went with a split, and not since those in what they left', () => {
    const split = (since?: number) =>
      told('conversation.split_off', 20, { by, into: customerId, messages: ['m5'], owes: owes(since) });
    expect(after(opened(), says(5), split()).is).toMatchObject({ turn_since: t(20), unanswered_since: null });
    expect(after(opened(), says(5), says(8), split(8)).is).toMatchObject({ turn_since: t(8), unanswered_since: t(8) });
    const data = { origin: 'split', customerId, incarnation: 1, channel: 'chat', subject: '' } as const;
    const along = { team: 'returns', priority: 'high', direction: 'rtl', owes: owes(5) } as const;
    expect(after(told('conversation.opened', 20, { ...data, ...along })).is).toMatchObject({
      ...{ team: 'returns', priority: 'high', rank: 1, direction: 'rtl' },
      ...{ turn_since: t(5), waiting_since: t(5), unanswered_since: t(5), opened_at: t(20) },
    });
  });

  it('waits from the end of a snooze, or from a message that it sleeps through', () => {
    const snoozed = told('conversation.snoozed', 10, {
      by: 'user:a',
      until: new Date(t(99)).toISOString(),
      wake: 'stay',
    });
    expect(after(opened(), answers(1), snoozed).is).toMatchObject({ turn_since: t(10), waiting_since: t(99) });
    expect(after(opened(), answers(1), snoozed, says(20)).is).toMatchObject({
      turn_since: t(10),
      waiting_since: t(20),
    });
    const woken = told('conversation.woken', 99, { cause: 'time' });
    // Once that is answered, from the end again.
    expect(after(opened(), answers(1), snoozed, says(20), answers(30)).is).toMatchObject({
      ...{ category: 'snoozed', unanswered_since: null, waiting_since: t(99) },
    });
    expect(after(opened(), answers(1), snoozed, woken).is).toMatchObject({
      ...{ category: 'open', snoozed_until: null, turn_since: t(99), waiting_since: t(99) },
    });
  });
});

describe('what is due next', () => {
  it('is the earliest of the clocks that were not stopped', () => {
    const first = clock('service_clock.activated', 0, { kind: 'next_response', terms, dueAt: t(60) });
    const second = clock('service_clock.activated', 1, { kind: 'resolution', terms, dueAt: t(30) }, 2);
    expect(after(opened(), first, second).is).toMatchObject({ due_at: t(30), due_clock: 'resolution' });
    const stopped = clock('service_clock.fulfilled', 9, { dueAt: t(30), verdict: 'on_time' }, 2);
    expect(after(opened(), first, second, stopped).is).toMatchObject({ due_at: t(60), due_clock: 'next_response' });
    const still = clock('service_clock.paused', 9, {});
    expect(after(opened(), first, second, stopped, still).is).toMatchObject({ due_at: NEVER, due_clock: null });
  });

  it('stays breached by other terms, because the verdict stays', () => {
    const first = clock('service_clock.activated', 0, { kind: 'next_response', terms, dueAt: t(60) });
    const breached = clock('service_clock.breached', 60, { terms });
    const restated = clock('service_clock.restated', 70, { cause: 'terms_changed', terms, dueAt: t(600) });
    expect(after(opened(), first, breached, restated).is).toMatchObject({ due_at: t(60) });
    expect(after(opened(), first, restated).is).toMatchObject({ due_at: t(600) });
  });
});

describe('what was promised', () => {
  const promise = { by: 'user:ada', promiseId: 'p' };
  const promised = (due: number, promiseId = 'p') =>
    told('conversation.promised', 5, {
      ...promise,
      promiseId,
      owner: 'user:ada',
      what: '',
      dueAt: new Date(t(due)).toISOString(),
    });

  it('is due first by the promise that is owed first, until each is kept or waived', () => {
    const both = [opened(), promised(60), promised(90, 'q')];
    expect(after(...both).is).toMatchObject({ promised_at: t(60) });
    const broken = told('conversation.promise_broken', 60, { promiseId: 'p' });
    expect(after(...both, broken).is).toMatchObject({ promised_at: t(60) });
    const late = told('conversation.promise_kept', 70, { ...promise, verdict: 'kept_late' });
    expect(after(...both, broken, late).is).toMatchObject({ promised_at: t(90) });
    const waived = told('conversation.promise_waived', 80, { ...promise, promiseId: 'q' });
    expect(after(...both, broken, late, waived).is).toMatchObject({ promised_at: null, promises: [] });
  });
  it('moves with the time that is agreed', () => {
    const moved = told('conversation.promise_rescheduled', 6, { ...promise, dueAt: new Date(t(120)).toISOString() });
    expect(after(opened(), promised(60), moved).is).toMatchObject({ promised_at: t(120) });
  });
});

describe('who was warned', () => {
  it('is told of a conversation until its clock ends', () => {
    const first = clock('service_clock.activated', 0, { kind: 'next_response', terms, dueAt: t(60) });
    const warned = clock('service_clock.warned', 50, {
      ...{ dueAt: t(60), beforeSeconds: 10, to: ['user:kian', 'team:returns'] },
    });
    const tagged = told('conversation.tagged', 6, { by: 'user:bea', added: ['late'] });
    const all = [opened(), tagged, first, warned];
    expect(after(...all).is.labels).toEqual(['warn:team:returns', 'warn:user:kian', 'tag:late']);
    const stopped = clock('service_clock.fulfilled', 55, { dueAt: t(60), verdict: 'on_time' });
    expect(after(...all, stopped).is.labels).toEqual(['tag:late']);
  });
});

describe('tags', () => {
  it('are found by what they are known by, and kept as they were typed', () => {
    const tagged = (second: number, data: object) => told('conversation.tagged', second, { by: 'user:ada', ...data });
    const both = [opened(), tagged(1, { added: ['VIP', 'كتاب'] }), tagged(2, { added: ['کتاب'] })];
    expect(after(...both).is).toMatchObject({ tags: ['VIP', 'كتاب', 'کتاب'], labels: ['tag:vip', 'tag:کتاب'] });
    const one = [...both, tagged(3, { removed: ['كتاب', 'VIP'] })];
    expect(after(...one).is).toMatchObject({ tags: ['کتاب'], labels: ['tag:کتاب'] });
  });
});

describe('mentions', () => {
  const mentioned = told('conversation.noted', 5, {
    ...{ by: 'user:ada', messageId: 'n', direction: 'ltr', text: '', mentions: ['user:bea', 'user:kian'] },
  });
  it('stand while whoever is mentioned only links it to another conversation, or that to it', () => {
    const linked = told('conversation.linked', 6, { by: 'user:bea', to: '018f0000-0000-8000-8000-00000000000a' });
    expect(after(opened(), mentioned, linked).is.labels).toContain('mention:user:bea');
  });

  it('stand until whoever is mentioned does something in it', () => {
    const tagged = told('conversation.tagged', 6, { by: 'user:bea', added: ['late'] });
    expect(after(opened(), mentioned, tagged).is.labels).toEqual(['tag:late', 'mention:user:kian']);
  });
  it('stand in what is resolved until each has seen it, and what was shown so is kept', () => {
    const seen = (by: string, second: number) => told('conversation.mention_seen', second, { by });
    const resolved = [opened(), mentioned, moves(10, 'resolved')];
    expect(after(...resolved).is).toMatchObject({ kept: 'mentioned', since_at: t(10) });
    expect(after(...resolved, seen('user:bea', 20)).is).toMatchObject({
      kept: 'mentioned',
      labels: ['mention:user:kian'],
    });
    const { is, was } = after(...resolved, seen('user:bea', 20), seen('user:kian', 30));
    expect(is).toMatchObject({ kept: 'resting', labels: [] });
    expect(was.map(({ category, until_at }) => [category, until_at])).toEqual([
      ['open', t(5)],
      ['open', t(10)],
      ['resolved', t(20)],
      ['resolved', t(30)],
    ]);
    const spam = told('conversation.spam_marked', 20, { by: 'user:ada' });
    expect(after(...resolved, spam).is.kept).toBe('resting');
  });
});

describe('what was', () => {
  it('is kept of every state that the queue showed, with the time in which it was so', () => {
    const resolved = moves(100, 'resolved');
    const reopened = told('conversation.reopened', 200, { by: 'user:ada', cause: 'agent' });
    const { is, was } = after(opened(), says(10), resolved, reopened);
    expect(was.map(({ since_at, until_at, span }) => [since_at, until_at, span])).toEqual([
      [t(0), t(10), 2],
      [t(10), t(100), 4],
    ]);
    expect(is).toMatchObject({ kept: 'queued', since_at: t(200), until_at: null });
    expect(after(opened(), resolved).is.kept).toBe('resting');
  });
  it('is not kept of what nobody can have seen', () => {
    expect(after(opened(), says(0)).was).toEqual([]);
  });
  it('is found by the length of its time', () => {
    expect([0, 1_000, 1_001, 4_000, 4_001, 16_001].map(spanOf)).toEqual([0, 0, 1, 1, 2, 3]);
    expect(spanOf(1e18)).toBe(20);
  });
});
