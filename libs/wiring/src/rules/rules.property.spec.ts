import fc from 'fast-check';
import { alwaysOpen, conversation, type ConversationCommand, rules, type RulesCommand } from '#capabilities';
import {
  type BusinessCalendar,
  isConversationEvent,
  type RuleDto,
  RULES_ACTOR,
  rulesStream,
  type RuleTrigger,
  upcast,
} from '#contracts';
import { type RecordedEvent, START } from '#kernel';
import { type EventStore, openMemoryEventStore } from '#platform/event-store';
import { type IssuedCommand, type KeyMemory, runKey } from '#platform/reactions';
import { createMemoryVault } from '#platform/vault';
import { appendParts, loadConversation } from '../conversations/conversation-log.js';
import { decided } from '../conversations/plan-change.js';
import { newId, openedConversation } from '../routing/fixtures/opened-conversation.js';
import { createDecoder } from '../sealing.js';
import { createRuleExecutor, MAX_UNATTENDED } from './apply-rules.js';
import { createRuleBooks } from './rule-books.js';
import { unattended } from './ruled-history.js';
import { saveSettings } from './save-settings.js';

const MINUTE = 60_000;
/** `npm test` takes a few; SAFAR_PROPERTY_RUNS asks for more. */
const RUNS = Number(process.env['SAFAR_PROPERTY_RUNS'] ?? 15);

/** Numbers from 0 to 1 (Park and Miller, 1988): never the same for ever, as shrunk ones would be. */
function chancesFrom(seed: number): () => number {
  let at = seed;
  return () => (at = (at * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const act: RuleDto['actions'] = [{ note: { text: 'seen' } }];
/** Each undoes what another does: whoever let one wake the other would never come to an end. */
const pool: readonly RuleDto[] = [
  {
    id: 'open-again',
    on: ['status_changed'],
    when: { category: ['waiting_customer'] },
    actions: [{ status: { category: 'open' } }],
  },
  {
    id: 'wait-again',
    on: ['status_changed', 'message_received'],
    actions: [{ status: { category: 'waiting_customer' } }],
  },
  { id: 'tag', on: ['tagged', 'opened'], when: { withoutTags: ['x'] }, actions: [{ tag: { add: ['x'] } }, ...act] },
  { id: 'untag', on: ['tagged', 'message_received'], when: { tags: ['x'] }, actions: [{ tag: { remove: ['x'] } }] },
  { id: 'give-back', on: ['assigned'], when: { agent: 'somebody' }, actions: [{ assign: { to: 'nobody' } }, ...act] },
  {
    id: 'fails',
    on: ['message_received', 'tagged'],
    actions: [{ tag: { add: ['y'] } }, { reply: { cannedReply: 'none' } }],
  },
  {
    id: 'ours-too-long',
    after: { waiting: 'us', minutes: 30 },
    actions: [{ status: { category: 'waiting_customer' } }],
  },
  { id: 'theirs-too-long', after: { waiting: 'customer', minutes: 30 }, actions: [{ status: { category: 'open' } }] },
  {
    id: 'unheard',
    after: { waiting: 'unassigned', minutes: 10 },
    actions: [{ prioritise: { priority: 'urgent' } }, ...act],
  },
];

const agent = `user:${newId()}`;
/** Of the last promise. */
let promiseId = newId();
type Deed =
  | 'message'
  | 'tag'
  | 'untag'
  | 'route'
  | 'assign'
  | 'unassign'
  | 'wait'
  | 'open'
  | 'resolve'
  | 'minutes'
  | 'promise'
  | 'keep';
const deeds: readonly Deed[] = [
  'message',
  'tag',
  'untag',
  'route',
  'assign',
  'unassign',
  'wait',
  'open',
  'resolve',
  'minutes',
];

function commandOf(deed: Deed, at: number): ConversationCommand | undefined {
  const asked = { at, by: agent };
  switch (deed) {
    case 'message':
      return {
        type: 'ReceiveMessage',
        at,
        message: { messageId: newId(), kind: 'message', channel: 'chat', text: 'hi' },
      };
    case 'tag':
      return { type: 'Tag', ...asked, add: ['x'] };
    case 'untag':
      return { type: 'Tag', ...asked, remove: ['x'] };
    // Not a person: what goes round between rules and routing comes to an end as well.
    case 'route':
      return { type: 'Assign', at, by: 'system:routing', agent };
    case 'assign':
      return { type: 'Assign', ...asked, agent };
    case 'unassign':
      return { type: 'Assign', ...asked };
    case 'wait':
      return { type: 'ChangeStatus', ...asked, category: 'waiting_customer' };
    case 'open':
      return { type: 'ChangeStatus', ...asked, category: 'open' };
    case 'resolve':
      return { type: 'ChangeStatus', ...asked, category: 'resolved' };
    case 'promise':
      promiseId = newId();
      return { type: 'MakePromise', ...asked, promiseId, owner: agent, what: 'x', dueAt: at + 600 * MINUTE };
    case 'keep':
      return { type: 'KeepPromise', ...asked, promiseId };
    case 'minutes':
      return undefined;
  }
}

interface World {
  readonly begin?: number;
  readonly calendar?: BusinessCalendar;
  /** As often rules have replied to the customer elsewhere, and no person has written since. */
  readonly replies?: number;
}

/** A conversation with a log, a clock and a reactor of its own, whose commands are delivered as the test says. */
async function world(
  list: readonly RuleDto[],
  match: 'first' | 'all',
  chance: () => number,
  { begin = 1_000, calendar = alwaysOpen, replies = 0 }: World = {},
) {
  let now = begin;
  const store = openMemoryEventStore({ now: () => now });
  const vault = createMemoryVault();
  const clock = { now: () => now };
  const ruleBooks = createRuleBooks(store);
  const principal = { kind: 'key', id: newId(), name: 'lead', scopes: ['admin'] } as const;
  const request = { principal, correlationId: 'c'.repeat(32) };
  const attempt = { commandId: undefined, begunBefore: undefined };
  const settings = { match, rules: [...list] };
  await saveSettings(
    { store, vault, clock },
    { book: ruleBooks.rules, type: 'rules.saved', settings, request, attempt },
  );
  const { id, customerId } = await openedConversation({ store, vault });

  /** Dies once it has stored something, now and then. */
  const dying: Pick<EventStore, 'append' | 'readStream'> = {
    readStream: (...asked) => store.readStream(...asked),
    append: async (asked) => {
      const outcome = await store.append(asked);
      if (chance() < 0.2) throw new Error('died');
      return outcome;
    },
  };
  const query = (sql: string) => Promise.resolve(sql.includes('AS replies') ? [{ replies: BigInt(replies) }] : []);
  const readModels = { query, waitUntil: () => Promise.resolve(true) } as never;
  const directory = { readModels, vault, head: () => store.head(), defaultRegion: 'IR', waitTimeoutMs: 0 };
  const execute = createRuleExecutor({
    ...{ store: dying, vault, clock, ruleBooks, directory, decode: createDecoder(vault) },
    isAgent: () => Promise.resolve(true),
    isTeam: () => Promise.resolve(true),
    calendars: { calendarAsOf: () => Promise.resolve(calendar) },
  });

  async function deliver(issued: IssuedCommand<RulesCommand>): Promise<void> {
    // Until somebody has said that it is done, and perhaps once more.
    for (let done = false; !done || chance() < 0.3;)
      done = await execute(issued).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && error.message === 'died') return false;
          throw error;
        },
      );
  }

  let memory: KeyMemory = { state: rules.initial, timers: [] };
  let read = START;
  let rounds = 0;
  const isKnown = (event: RecordedEvent): boolean => event.type in rules.when && event.key === customerId;

  /** Until nothing comes of anything any more at this time. */
  async function settle(): Promise<void> {
    for (;;) {
      rounds += 1;
      if (rounds > 2_000) throw new Error('it does not end');
      const page = await store.readAll(read, 1_000);
      const events = page.events.map(upcast).filter(isKnown);
      read = page.events.at(-1)?.position ?? read;
      const run = runKey(rules, id, memory, { events, time: now });
      if (run.failed) throw run.failed.error;
      memory = { state: run.state, timers: run.timers };
      for (const command of run.commands)
        await deliver({ ...command, reaction: 'rules' } as IssuedCommand<RulesCommand>);
      if (events.length === 0 && run.commands.length === 0) return;
    }
  }

  return {
    settle,
    isQuiet: () => memory.timers.length === 0,
    pass: (minutes: number) => void (now += minutes * MINUTE),
    at: (time: number) => void (now = time),
    do: async (deed: Deed) => {
      now += 1;
      const command = commandOf(deed, now);
      const loaded = await loadConversation({ store, vault }, id);
      const part = command && decided(loaded, command);
      if (!part?.ok || part.value.facts.length === 0 || loaded.state.stage === 'unknown') return;
      const { incarnation } = loaded.state;
      await appendParts({ store, vault }, [part.value], {
        ...{ customerId, incarnation, commandId: newId(), requestHash: vault.digest('test', newId()) },
        meta: { source: '/test', correlationId: 'c' },
      });
    },
    log: async () => {
      const all = (await store.readAll(START, 10_000)).events.map(upcast);
      return {
        all,
        said: all.filter(({ stream }) => stream === rulesStream(id)),
        loaded: await loadConversation({ store, vault }, id),
      };
    },
  };
}

type Log = Awaited<ReturnType<Awaited<ReturnType<typeof world>>['log']>>;
type Decision = {
  readonly cause: {
    readonly rule: string;
    readonly trigger: RuleTrigger | 'time';
    readonly triggerPosition?: string;
    readonly dueAt?: string;
  };
  readonly version?: number;
};

function expectOnce({ all, said, loaded }: Log): void {
  const decisions = said.filter(({ type }) => type !== 'rule.scheduled');
  const causes = decisions.map(({ data, meta }) => `${meta.causationId} ${(data as Decision).cause.rule}`);
  expect(new Set(causes).size).toBe(causes.length);
  const waits = said.filter(({ type }) => type === 'rule.scheduled');
  const begun = waits.map(({ data, meta }) => `${meta.causationId} ${(data as { readonly rule: string }).rule}`);
  expect(new Set(begun).size).toBe(begun.length);
  // What one command did to the conversation is one append, told with the version that it led to.
  const byRules = all.filter(isConversationEvent).filter(({ data }) => 'by' in data && data.by === RULES_ACTOR);
  for (const commandId of new Set(byRules.map(({ meta }) => meta.causationId))) {
    const own = byRules.filter(({ meta }) => meta.causationId === commandId);
    const [first, last] = [own[0]?.version ?? 0, own.at(-1)?.version ?? 0];
    expect(last - first).toBe(own.length - 1);
    expect(decisions.some(({ type, data }) => type === 'rule.applied' && (data as Decision).version === last)).toBe(
      true,
    );
  }
  for (const { data, type } of decisions) {
    const { cause } = data as Decision;
    const trigger = all.find(({ position }) => position.toString() === cause.triggerPosition);
    // What a rule did wakes no rule.
    expect(byRules.some((event) => event === trigger)).toBe(false);
    if (cause.rule === 'fails') expect(type).toBe('rule.not_applied');
  }
  expect(loaded.events.map(({ version }) => version)).toEqual(loaded.events.map((_, index) => index + 1));
  expect(loaded.state).toEqual(
    loaded.events.reduce(
      (state, { type, data, occurredAt: at }) => conversation.evolve(state, { type, data, at } as never),
      conversation.initial,
    ),
  );
}

it('each rule answers once, however often it is asked, and no circle of rules is endless', async () => {
  const histories = fc.record({
    list: fc.subarray([...pool], { minLength: 1 }),
    match: fc.constantFrom('first' as const, 'all' as const),
    steps: fc.array(fc.tuple(fc.constantFrom(...deeds), fc.integer({ min: 1, max: 60 })), { maxLength: 15 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  });
  await fc.assert(
    fc.asyncProperty(histories, async ({ list, match, steps, seed }) => {
      const one = await world(list, match, chancesFrom(seed));
      await one.settle();
      for (const [deed, minutes] of steps) {
        if (deed === 'minutes') one.pass(minutes);
        else await one.do(deed);
        // Some things happen before anybody has answered what was before.
        if (minutes % 3 > 0) await one.settle();
      }
      // What was done last may not have been looked at: only then is there something to wait for.
      await one.settle();
      // Left alone, time goes on and nothing else: it comes to rest.
      for (let waits = 0; waits < 3 * MAX_UNATTENDED && !one.isQuiet(); waits += 1) {
        one.pass(31);
        await one.settle();
      }
      await one.settle();
      expect(one.isQuiet()).toBe(true);
      const log = await one.log();
      expectOnce(log);
      expect(unattended(log.loaded)).toBeLessThanOrEqual(MAX_UNATTENDED);
    }),
    { numRuns: RUNS },
  );
});

it('rules that undo each other after a while stop when nobody looks, and say so', async () => {
  const one = await world(
    pool.filter(({ id }) => id.endsWith('too-long')),
    'all',
    () => 1,
  );
  await one.settle();
  for (let waits = 0; waits < 3 * MAX_UNATTENDED; waits += 1) {
    one.pass(31);
    await one.settle();
  }
  const { loaded, said } = await one.log();
  expect(unattended(loaded)).toBe(MAX_UNATTENDED);
  expect(said.at(-1)).toMatchObject({ type: 'rule.not_applied', data: { reason: 'unattended' } });
  const before = said.length;
  // A person looks, and it begins again.
  await one.do('tag');
  await one.do('open');
  await one.do('wait');
  for (let waits = 0; waits < 4; waits += 1) {
    await one.settle();
    one.pass(31);
  }
  expect((await one.log()).said.length).toBeGreaterThan(before);
});

it('a wait that was over while something was promised is looked at again once that is settled', async () => {
  const actions: RuleDto['actions'] = [{ status: { category: 'resolved' } }];
  const over: RuleDto = { id: 'over', after: { waiting: 'customer', minutes: 30 }, actions };
  const one = await world([over], 'all', () => 1);
  await one.do('promise');
  await one.do('wait');
  await one.settle();
  one.pass(31);
  await one.settle();
  const { said } = await one.log();
  expect(said.at(-1)).toMatchObject({ type: 'rule.not_applied', data: { reason: 'promise-owed' } });
  await one.do('keep');
  await one.settle();
  const { loaded, said: then } = await one.log();
  expect(loaded.state).toMatchObject({ category: 'resolved' });
  expect(then.slice(said.length)).toMatchObject([{ type: 'rule.applied', data: { cause: { rule: 'over' } } }]);
  // Once: another promise that is kept asks nothing again.
  await one.do('open');
  await one.settle();
  await one.do('promise');
  await one.do('keep');
  await one.settle();
  expect((await one.log()).said).toHaveLength(then.length);
});

it('nothing is replied any more to whoever was replied to elsewhere as often without a person; the rest is done', async () => {
  const reply: RuleDto = { id: 'reply', on: ['message_received'], actions: [{ reply: { cannedReply: 'none' } }] };
  const tag: RuleDto = { id: 'tag', on: ['message_received'], actions: [{ tag: { add: ['x'] } }] };
  const reasons = async (replies: number) => {
    const one = await world([reply, tag], 'all', () => 1, { replies });
    await one.do('message');
    await one.settle();
    return (await one.log()).said.map(({ data }) =>
      'reason' in (data as object) ? (data as { reason: string }).reason : 'done',
    );
  };
  expect(await reasons(MAX_UNATTENDED - 1)).toEqual(['unknown-canned-reply', 'done']);
  expect(await reasons(MAX_UNATTENDED)).toEqual(['unattended', 'done']);
});

const office: BusinessCalendar = {
  id: 'office',
  versions: [
    {
      ...{ version: 1, inForceFrom: 0, timeZone: 'UTC', holidays: [] },
      week: Object.fromEntries(
        (['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const).map((day) => [
          day,
          [{ opens: '09:00', closes: '17:00' }],
        ]),
      ),
    },
  ],
};

it('a wait in business time ends when its calendar has been open for so long, and not while it is closed', async () => {
  const friday = Date.UTC(2026, 10, 27);
  const hour = 60 * MINUTE;
  const rule: RuleDto = {
    id: 'nobody-has-it',
    after: { waiting: 'us', minutes: 60, calendarId: 'office' },
    actions: [{ prioritise: { priority: 'urgent' } }],
  };
  const one = await world([rule], 'all', () => 1, { begin: friday + 16.5 * hour, calendar: office });
  // The opening is of long ago; what begins the wait is what makes it ours.
  await one.do('wait');
  await one.do('open');
  await one.settle();
  const monday = friday + 72 * hour;
  const dueAt = new Date(monday + 9.5 * hour).toISOString();
  const scheduled = (await one.log()).said.filter(({ type }) => type === 'rule.scheduled');
  expect(Date.parse((scheduled.at(-1)?.data as { readonly dueAt: string }).dueAt) - Date.parse(dueAt)).toBeLessThan(10);
  expect((await one.log()).said.some(({ type }) => type === 'rule.applied')).toBe(false);

  // The whole weekend is no time at all.
  one.at(monday + 9.5 * hour - MINUTE);
  await one.settle();
  expect((await one.log()).said.some(({ type }) => type === 'rule.applied')).toBe(false);
  one.at(monday + 9.5 * hour + MINUTE);
  await one.settle();
  const { said, loaded } = await one.log();
  expect(said.at(-1)).toMatchObject({
    type: 'rule.applied',
    data: { cause: { rule: 'nobody-has-it', trigger: 'time' } },
  });
  expect(loaded.state).toMatchObject({ priority: 'urgent' });
});
