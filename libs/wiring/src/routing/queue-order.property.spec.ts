import fc from 'fast-check';
import { itemsAt, queue, type QueueRow, type RoutingItem, routingTurns, type TellItem } from '#capabilities';
import { clockStream, conversationStream, NOBODY } from '#contracts';
import { type Reacted, type RecordedEvent, type RowKey } from '#kernel';

/** `npm test` takes some; SAFAR_PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env['SAFAR_PROPERTY_RUNS'] ?? 200);
const start = Date.UTC(2026, 2, 21, 9);
const by = 'user:ada';
const uuid = (number: number): string => `018f0000-0000-8000-8000-${String(number).padStart(12, '0')}`;
const terms = { policyId: 'p', policyVersion: 1, calendarId: 'c', calendarVersion: 1, targetSeconds: 60 };

interface Step {
  readonly which: number;
  readonly type: string;
  readonly data: object;
  readonly clock?: number;
  /** Seconds after the step before. */
  readonly later: number;
  /** Seconds by which its source says another time than it was recorded at. */
  readonly off: number;
}

const instant = fc.integer({ min: -60, max: 120 });
const iso = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();
const owes = instant.chain((since) => fc.constantFrom({}, { owes: {} }, { owes: { since: iso(since) } }));
const of = (type: string, data: fc.Arbitrary<object> | object = {}) =>
  fc.record({
    type: fc.constant(`conversation.${type}`),
    data: 'generate' in data ? (data as fc.Arbitrary<object>) : fc.constant(data),
  });
const said = { messageId: 'm', direction: 'ltr' };
const told = fc.oneof(
  of('message_received', said),
  of('message_received', said),
  of('replied', fc.constantFrom({ ...said, by }, { ...said, by: 'system:rules' })),
  of(
    'status_changed',
    fc
      .constantFrom('open', 'waiting_customer', 'waiting_third_party', 'resolved')
      .map((category) => ({ category, status: category })),
  ),
  of(
    'prioritised',
    fc.constantFrom('low', 'high', 'urgent').map((priority) => ({ by, priority })),
  ),
  of(
    'snoozed',
    instant.map((until) => ({ by, until: iso(until), wake: 'stay' })),
  ),
  of('woken', { cause: 'time' }),
  of('reopened', { cause: 'agent' }),
  of('assigned', fc.constantFrom({ by }, { by, agent: by })),
  of('merged', { by, into: uuid(99) }),
  of('unmerged', owes),
  of('absorbed', owes),
  of('released', owes),
  of(
    'split_off',
    owes.map((told) => ({ ...told, messages: [] })),
  ),
  of('spam_marked', { by }),
  of('spam_cleared', { by }),
);
const due = instant.map((dueAt) => ({ dueAt: start + dueAt * 1_000 }));
const clocked = fc.record({
  clock: fc.integer({ min: 1, max: 2 }),
  type: fc
    .constantFrom('activated', 'activated', 'paused', 'resumed', 'breached', 'restated', 'fulfilled', 'cancelled')
    .map((type) => `service_clock.${type}`),
  data: due.map((told) => ({ ...told, at: told.dueAt, kind: 'resolution', terms, cause: 'terms_changed' })),
});
const step: fc.Arbitrary<Step> = fc
  .tuple(fc.oneof(told, clocked), fc.integer({ min: 0, max: 3 }), fc.nat(5), fc.constantFrom(0, 0, -20, 20))
  .map(([event, which, later, off]) => ({ ...event, which, later, off }));

class World {
  readonly rows = new Map<string, QueueRow>();
  readonly turns = new Map<string, { state: Parameters<typeof routingTurns.due>[0]; wakeAt: number | null }>();
  readonly items = new Map<string, NonNullable<TellItem['item']>>();
  #position = 0n;

  record(
    which: number,
    { type, data, clock }: Pick<Step, 'type' | 'data' | 'clock'>,
    recordedAt: number,
    occurredAt: number,
  ): void {
    const id = uuid(which);
    const stream =
      clock === undefined
        ? conversationStream(id)
        : clockStream({ conversationId: id, kind: 'resolution', ordinal: clock });
    const event: RecordedEvent = {
      ...{
        id: uuid(Number((this.#position += 1n))),
        type,
        stream,
        data,
        key: uuid(50 + which),
        schemaVersion: 1,
        version: 1,
      },
      ...{
        occurredAt,
        recordedAt,
        position: this.#position,
        meta: { source: '/t', correlationId: 'c', causationId: 'c' },
      },
    };
    this.passTo(recordedAt);
    const fold = new Map(Object.entries(queue.when)).get(type) as (
      ...values: readonly unknown[]
    ) => QueueRow | undefined;
    const rowOf = (key: RowKey): QueueRow | undefined => this.rows.get(key.join());
    for (const key of queue.keys(event as never)) {
      const row = fold(rowOf(key), event, key, rowOf);
      if (row) this.rows.set(key.join(), row);
    }
    const turn = this.turns.get(id) ?? { state: routingTurns.initial, wakeAt: null };
    const react = new Map(Object.entries(routingTurns.when)).get(type);
    if (react) this.#told(id, turn.wakeAt, react(turn.state, event as never, id));
  }

  /** Timers fire when the log has come to a time behind theirs. */
  passTo(now: number): void {
    for (const [id, { state, wakeAt }] of this.turns)
      if (wakeAt !== null && wakeAt <= now)
        this.#told(id, null, routingTurns.due(state, { name: 'snooze', at: wakeAt }, id));
  }

  #told(
    id: string,
    wakeAt: number | null,
    { state, commands = [], set, cancelled }: Reacted<never, TellItem> | Reacted<unknown, TellItem>,
  ): void {
    const next = set?.[0]?.dueAt ?? (cancelled ? null : wakeAt);
    this.turns.set(id, { state: state as Parameters<typeof routingTurns.due>[0], wakeAt: next });
    for (const { item } of commands) {
      if (item) this.items.set(id, item);
      else this.items.delete(id);
    }
  }

  /** What nobody has and whose turn is ours, as the queue orders it. */
  queued(now: number): readonly string[] {
    const place = (row: QueueRow) =>
      [row.due_at < now ? 0 : 1, row.rank, row.due_at, row.waiting_since]
        .map((each) => String(each).padStart(16, '0'))
        .join() + row.conversation_id;
    return [...this.rows.values()]
      .filter(({ kept, agent }) => kept === 'queued' && agent === NOBODY)
      .filter(({ category, snoozed_until: until }) => category === 'open' || (until !== null && until <= now))
      .sort((one, other) => (place(one) < place(other) ? -1 : 1))
      .map(({ conversation_id: id }) => id);
  }

  /** The same as routing takes it. */
  routed(now: number): readonly string[] {
    const items = [...this.items].flatMap(([id, { agent, priority, since, dueAt }]) =>
      agent === undefined
        ? [{ id, priority, since: Date.parse(since), dueAt: dueAt === undefined ? null : Date.parse(dueAt) }]
        : [],
    );
    return (items as unknown as RoutingItem[]).sort(itemsAt(now)).map(({ id }) => id);
  }
}

it('routing takes what agents may have alike in the order of the queue, whatever happened and at any time', () => {
  let ordered = 0;
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.array(fc.nat(60_000), { minLength: 1, maxLength: 3 }),
      (steps, looks) => {
        const world = new World();
        for (const which of [0, 1, 2, 3])
          world.record(
            which,
            { type: 'conversation.opened', data: { origin: 'touchpoint', channel: 'chat' } },
            start,
            start - which,
          );
        let now = start;
        for (const each of steps) {
          now += each.later * 1_000;
          world.record(each.which, each, now, now + each.off * 1_000);
          world.passTo(now);
          expect(world.routed(now)).toEqual(world.queued(now));
        }
        // Time alone moves it, too: at due times, and a millisecond behind them.
        const dueTimes = [...world.rows.values()]
          .map(({ due_at: at }) => at)
          .filter((at) => at > now && at < start + 1e9);
        for (const at of [...looks.map((look) => now + look), ...dueTimes, ...dueTimes.map((due) => due + 1)].sort(
          (a, b) => a - b,
        )) {
          world.passTo(at);
          expect(world.routed(at)).toEqual(world.queued(at));
          ordered += world.routed(at).length > 1 ? 1 : 0;
        }
      },
    ),
    { numRuns: RUNS, seed: 20_261_129 },
  );
  // Where there is one or none, every order is right.
  expect(ordered).toBeGreaterThan(RUNS / 2);
});
