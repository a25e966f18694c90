import { clockStream, type ConversationData, conversationStream, type StoredClockEvent } from '#contracts';
import { allGone, gone, type RecordedEvent, type RowKey } from '#kernel';
import { bucketsOf } from './buckets.js';
import { type ResponseFactRow } from './response-fact-row.js';
import { responseFacts } from './response-facts.projection.js';

const id = '5f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
const customerId = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50';
const t = (seconds: number): number => Date.UTC(2026, 2, 21, 9) + seconds * 1_000;

type Told = Pick<RecordedEvent, 'type' | 'occurredAt' | 'data'> & { readonly stream?: string };

const told = <T extends keyof ConversationData>(type: T, seconds: number, data: ConversationData[T]): Told => ({
  ...{ type, occurredAt: t(seconds), data },
});
const opened = (origin: 'touchpoint' | 'import' = 'touchpoint') =>
  told('conversation.opened', 0, { origin, customerId, incarnation: 1, channel: 'chat', subject: '' });
const says = (seconds: number) =>
  told('conversation.message_received', seconds, {
    messageId: `m${String(seconds)}`,
    kind: 'message',
    channel: 'chat',
  });
const answers = (seconds: number, by = 'user:ada') =>
  told('conversation.replied', seconds, { by, messageId: 'r', channel: 'chat', direction: 'ltr', text: '' });
const moves = (seconds: number, category: 'open' | 'waiting_customer' | 'resolved', by = 'user:ada') =>
  told('conversation.status_changed', seconds, { by, category, status: category, cause: 'agent' });
const assigned = (seconds: number, agent: string) => told('conversation.assigned', seconds, { by: 'user:lea', agent });

type Kind = 'first_response' | 'next_response' | 'resolution';
const clock = (
  type: StoredClockEvent['type'],
  seconds: number,
  kind: Kind,
  {
    ordinal = 1,
    of = id,
    ...data
  }: { readonly ordinal?: number; readonly of?: string; readonly [other: string]: unknown },
): Told => ({
  ...{ type, occurredAt: t(seconds), data: { at: t(seconds), kind, ...data } },
  stream: clockStream({ conversationId: of, kind, ordinal }),
});
const terms = { policyId: 'gold', policyVersion: 1, calendarId: 'c', calendarVersion: 1, targetSeconds: 60 };
const starts = (kind: Kind) => clock('service_clock.activated', 0, kind, { terms, dueAt: t(60) });

/** The rows after a history, as the engine would leave them; those of the conversation itself apart. */
const facts = (...history: readonly Told[]): readonly Partial<ResponseFactRow>[] =>
  rowsAfter(...history).filter(({ fact }) => fact !== 'conversation');
const volume = (...history: readonly Told[]): Partial<ResponseFactRow> | undefined =>
  rowsAfter(...history).find(({ fact }) => fact === 'conversation');

function rowsAfter(...history: readonly Told[]): readonly Partial<ResponseFactRow>[] {
  const rows = new Map<string, ResponseFactRow>();
  history.forEach(({ stream = conversationStream(id), ...event }, index) => {
    const meta = { source: '/safar', correlationId: 'c', causationId: 'c' };
    const recorded = {
      ...{ ...event, id: `e${String(index)}`, schemaVersion: 1, key: customerId, recordedAt: event.occurredAt, meta },
      ...{ stream, version: index + 1, position: BigInt(index + 1) },
    } as Parameters<typeof responseFacts.keys>[0];
    const handle = responseFacts.when[recorded.type] as (...values: readonly unknown[]) => unknown;
    const rowOf = (key: RowKey) => rows.get(key.join());
    for (const key of responseFacts.keys(recorded)) {
      const row = handle(rowOf(key), recorded, key, rowOf);
      if (row === allGone) rows.clear();
      else if (row === gone) rows.delete(key.join());
      else if (row) rows.set(key.join(), row as ResponseFactRow);
    }
  });
  return [...rows.values()];
}

describe('a conversation that was opened', () => {
  const transferred = (seconds: number, team: string) =>
    told('conversation.transferred', seconds, { by: 'user:lea', team });

  it('counts for whom it was given first, whoever has it later; what ends in it for who has it then', () => {
    const given = [opened(), transferred(1, 'returns'), assigned(2, 'user:bea')];
    expect(volume(opened())).toMatchObject({ team: null, agent: 'nobody' });
    expect(volume(...given)).toMatchObject({ team: 'returns', agent: 'user:bea' });
    const moved = [...given, transferred(3, 'legal'), assigned(4, 'user:kim'), answers(30)];
    expect(volume(...moved)).toMatchObject({ team: 'returns', agent: 'user:bea' });
    expect(facts(...moved)).toMatchObject([{ kind: 'first_response', team: 'legal', agent: 'user:kim' }]);
  });
});

describe('a wait for a response', () => {
  it('lasts from the first message that nobody answered to the reply of a person', () => {
    const history = [opened(), says(0), answers(5, 'system:bot'), answers(30), says(40), says(50), answers(90)];
    expect(facts(...history)).toMatchObject([
      { fact: 'wait', kind: 'first_response', at: t(30), elapsed_ms: 30_000n, agent: 'user:ada', channel: 'chat' },
      { fact: 'wait', kind: 'next_response', at: t(90), elapsed_ms: 50_000n },
    ]);
  });

  it('is of who has the conversation, whoever replied; and is not known of imported history', () => {
    expect(facts(opened(), assigned(1, 'user:bea'), answers(30))).toMatchObject([{ agent: 'user:bea' }]);
    expect(facts(opened('import'), says(-5), answers(30))).toEqual([]);
  });
});

describe('a resolution', () => {
  it('is the first one, with the replies before it and when it was undone', () => {
    const history = [opened(), answers(30), moves(60, 'resolved'), moves(61, 'resolved'), moves(70, 'open')];
    const once = { kind: 'resolution', at: t(60), elapsed_ms: 60_000n, replies: 1 };
    expect(facts(...history).slice(1)).toMatchObject([{ ...once, reopened_at: t(70) }]);
    const again = [...history, moves(80, 'resolved'), moves(90, 'open')];
    expect(facts(...again).slice(1)).toMatchObject([{ ...once, reopened_at: t(70) }]);
    expect(facts(...history.slice(0, -1)).slice(1)).toMatchObject([{ ...once, reopened_at: null }]);
  });

  it('is not of one touch by what a program says: only a person’s replies count', () => {
    const robot = [
      opened(),
      answers(1, 'key:robot'),
      answers(2, 'system:rules'),
      moves(60, 'resolved'),
      answers(61, 'key:robot'),
    ];
    expect(facts(...robot)).toMatchObject([{ kind: 'resolution', replies: 0 }]);
    const person = [...robot.slice(0, 3), answers(30), ...robot.slice(3)];
    expect(facts(...person)[1]).toMatchObject({ kind: 'resolution', replies: 1 });
  });

  it('counts replies after it, too, until it is settled', () => {
    const resolved = [opened(), answers(30), moves(60, 'resolved')];
    const week = 7 * 86_400;
    const replies = (...after: readonly Told[]) =>
      facts(...resolved, ...after).find(({ kind }) => kind === 'resolution')?.replies;
    expect(replies(answers(60 + week))).toBe(2);
    expect(replies(answers(61 + week))).toBe(1);
    const imported = facts(opened('import'), moves(60, 'resolved'), answers(70));
    expect(imported).toMatchObject([{ kind: 'resolution', replies: null }]);
  });
});

describe('a clock', () => {
  const stopped = clock('service_clock.fulfilled', 30, 'first_response', { verdict: 'on_time', spentMs: 20_000 });
  const breached = clock('service_clock.breached', 60, 'resolution', { terms });

  it('is told with its policy and business time, as of who had the conversation when it stopped', () => {
    const history = [
      opened(),
      starts('first_response'),
      assigned(1, 'user:bea'),
      answers(30),
      assigned(31, 'user:kim'),
    ];
    expect(facts(...history, stopped).slice(1)).toMatchObject([
      { fact: 'clock', kind: 'first_response', policy: 'gold', verdict: 'on_time', agent: 'user:bea' },
    ]);
    expect(facts(...history, stopped)[1]).toMatchObject({ elapsed_ms: 30_000n, business_ms: 20_000n });
  });

  it('was breached by who had it when it was due, whenever that is noticed', () => {
    const kind = 'first_response';
    const due = clock('service_clock.breached', 60, kind, { terms });
    const late = clock('service_clock.fulfilled', 90, kind, { verdict: 'breached', spentMs: 90_000 });
    const begun = [opened(), starts(kind)];
    const taken = assigned(70, 'user:bea');
    const noticed = [
      [...begun, due, taken, answers(90), late],
      [...begun, taken, due, answers(90), late],
      [...begun, taken, answers(90), due, late],
    ];
    for (const each of noticed)
      expect(facts(...each).filter(({ verdict }) => verdict === 'breached')).toMatchObject([
        { verdict: 'breached', at: t(60), agent: 'nobody' },
      ]);
    const given = [...begun, assigned(10, 'user:kim'), taken, due];
    expect(facts(...given)).toMatchObject([{ verdict: 'breached', agent: 'user:kim' }]);
    // Of more than are remembered, the first that is.
    const often = Array.from({ length: 30 }, (_, index) => assigned(100 + index, `user:a${String(index)}`));
    expect(facts(...begun, ...often, due)).toMatchObject([{ verdict: 'breached', agent: 'user:a10' }]);
  });

  it('counts once: a breach has the verdict, and the stop after it only the time', () => {
    const late = clock('service_clock.fulfilled', 90, 'resolution', { verdict: 'breached', spentMs: 80_000 });
    expect(facts(opened(), starts('resolution'), breached, late)).toMatchObject([
      { verdict: 'breached', at: t(60), business_ms: null },
      { verdict: null, at: t(90), business_ms: 80_000n },
    ]);
  });

  it('counts once for each wait, also where a merge and its end measure it by other clocks', () => {
    const into = '6f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
    const there = (event: Told): Told => ({ ...event, stream: conversationStream(into) });
    const owes = { since: new Date(t(0)).toISOString() };
    const by = 'user:lea';
    const begins = (kind: Kind, ordinal: number, of = id) =>
      clock('service_clock.activated', 0, kind, { terms, dueAt: t(60), ordinal, of });
    const late = (kind: Kind, ordinal: number, of = id) =>
      clock('service_clock.breached', 60, kind, { terms, ordinal, of });
    const ends = (kind: Kind, ordinal: number, of = id) =>
      clock('service_clock.cancelled', 70, kind, { reason: 'moved', ordinal, of });
    const merged = [
      told('conversation.merged', 70, { by, into }),
      there(told('conversation.absorbed', 70, { by, from: id, owes })),
    ];
    const apart = [
      told('conversation.unmerged', 80, { by, into, owes }),
      there(told('conversation.released', 80, { by, from: id, owes: {} })),
    ];
    const before = [there(opened()), opened(), begins('first_response', 1)];
    const back = [begins('first_response', 2), late('first_response', 2)];
    const stopped = clock('service_clock.fulfilled', 90, 'first_response', {
      verdict: 'breached',
      spentMs: 1,
      ordinal: 2,
    });
    const told1 = [late('first_response', 1), ...merged, ends('first_response', 1)];
    const taken = [begins('next_response', 1, into), late('next_response', 1, into)];
    const verdicts = (...history: readonly Told[]) =>
      facts(...before, ...history).flatMap(({ verdict }) => verdict ?? []);
    // Late before the merge: counted then, and neither in the other conversation nor after the end of the merge.
    expect(verdicts(...told1, ...taken, ...apart, ends('next_response', 1, into), ...back, stopped)).toEqual([
      'breached',
    ]);
    // Late in the other one: counted there, and not again in the one that came back.
    const inOther = [...merged, ends('first_response', 1), ...taken];
    expect(verdicts(...inOther, ...apart, ends('next_response', 1, into), ...back, stopped)).toEqual(['breached']);
    // Another wait of the same conversation is one of its own.
    const other = clock('service_clock.activated', 85, 'next_response', { terms, dueAt: t(145), ordinal: 1 });
    expect(verdicts(...told1, other, clock('service_clock.breached', 145, 'next_response', { terms }))).toEqual([
      'breached',
      'breached',
    ]);
  });

  it('that is told after an erasure tells nothing, and nothing is left from before', () => {
    const erased: Told = { type: 'persona.erased', occurredAt: t(40), data: { reason: 'customer_request' } };
    expect(facts(opened(), starts('resolution'), answers(30), erased, breached)).toEqual([]);
  });
});

describe('days, weeks and months', () => {
  const range = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
  const persian = { timeZone: 'Asia/Tehran', calendar: 'persian' } as const;

  it('begin at midnight of the zone, also where the clocks change', () => {
    const days = bucketsOf({
      ...range('2026-03-28T00:00:00Z', '2026-03-30T12:00:00Z'),
      ...{ by: 'day', timeZone: 'Europe/Berlin', calendar: 'gregorian' },
    });
    expect(days.map(({ key, from }) => [key, new Date(from).toISOString()])).toEqual([
      ['2026-03-28', '2026-03-28T00:00:00.000Z'],
      ['2026-03-29', '2026-03-28T23:00:00.000Z'],
      ['2026-03-30', '2026-03-29T22:00:00.000Z'],
    ]);
  });

  it('are those of the Persian calendar where it is asked for', () => {
    const months = bucketsOf({ ...range('2026-03-10T00:00:00Z', '2026-05-01T00:00:00Z'), by: 'month', ...persian });
    expect(months.map(({ key }) => key)).toEqual(['2026-03-10', '2026-03-21', '2026-04-21']);
    expect(months[1]?.label).toBe('۱ فروردین ۱۴۰۵');
    const weeks = bucketsOf({ ...range('2026-03-20T00:00:00Z', '2026-03-30T00:00:00Z'), by: 'week', ...persian });
    expect(weeks.map(({ key }) => key)).toEqual(['2026-03-20', '2026-03-21', '2026-03-28']);
  });
});
