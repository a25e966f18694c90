import { setTimeout as sleep } from 'node:timers/promises';
import { countQueue, countSelections, listQueue, type QueueRequest } from '#capabilities';
import { type QueueFilter } from '#contracts';
import { type ReadModels } from '#kernel';
import { createPool } from '#platform/postgres';
import { createReadModels } from '#platform/read-store';
import { type Handler, type QueueQuestion } from '../harness/jobs.js';
import { quantile } from '../harness/statistics.js';
import { AGENTS } from './states.js';

const DAY_MS = 86_400_000;
const EVERY_MS: Readonly<Record<Exclude<QueueQuestion, 'past'>, number>> = {
  page: 2_000,
  filters: 5_000,
  counts: 5_000,
};

type Ask = (agent: number, turn: number) => Promise<unknown>;

/**
 * Agents ask at their times, whether or not the answer before has come: a slow answer makes the next ones late, and is counted from when they
 * should have been asked. The past is asked by one after the other, because it is asked seldom and costs more.
 */
export const measureQueue: Handler<'queue'> = async ({ url, asked, window }, ready) => {
  const pool = createPool({ url, max: 20, applicationName: 'safar bench', pipeline: true });
  const readModels = createReadModels(pool);
  const ask = questions(readModels)[asked];
  const run = asked === 'past' ? oneByOne : (each: Ask, ms: number) => bySchedule(each, ms, EVERY_MS[asked]);
  await run(ask, window.warmUpMs);
  await ready();
  const begun = performance.now();
  const times = await run(ask, window.measureMs);
  const seconds = (performance.now() - begun) / 1_000;
  await readModels.close();
  await pool.end();
  return {
    ...{ events: times.length, seconds },
    ...{
      p50Ms: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
      p99Ms: quantile(times, 0.99),
      maxMs: quantile(times, 1),
    },
  };
};

function questions(readModels: ReadModels): Readonly<Record<QueueQuestion, Ask>> {
  // What opening a sealed subject costs is measured elsewhere: a few microseconds each.
  const ports = { readModels, open: () => Promise.resolve([]) };
  const list = async (request: QueueRequest) => {
    const page = await listQueue(ports, request);
    if (!page.ok) throw new Error(page.reason);
    return page.value;
  };
  return {
    page: async (agent, turn) => {
      const request = { selection: selectionOf(agent, turn), at: Date.now(), past: false };
      await list(request);
    },
    filters: async (agent, turn) => {
      const selection = filteredOf(agent, turn);
      await list({ selection, at: Date.now(), past: false });
      await countSelections(readModels, [selection], Date.now());
    },
    counts: (agent) => countQueue(readModels, { filter: {}, self: `user:agent-${String(agent)}`, at: Date.now() }),
    past: (agent, turn) => {
      const at = Date.now() - ((turn * 7_919_000 + 1) % (60 * DAY_MS));
      return list({ selection: selectionOf(agent, turn), at, past: true });
    },
  };
}

/** What agents look at, one after the other. */
function selectionOf(agent: number, turn: number): QueueRequest['selection'] {
  const self = `user:agent-${String(agent)}`;
  const team = `team-${String(agent % 8)}`;
  const all: readonly QueueRequest['selection'][] = [
    { view: 'mine', self },
    { view: 'unassigned', self, team },
    { view: 'all', self, team },
    { view: 'at_risk', self },
    { view: 'breached', self },
    { view: 'all', self, channel: 'email' },
    { view: 'mentions', self },
    { view: 'snoozed', self },
  ];
  return all[(agent + turn) % all.length] ?? { view: 'all', self };
}

/** What agents save: by each filter there is, what few and what many have, and two of them together. */
function filteredOf(agent: number, turn: number): QueueRequest['selection'] {
  const self = `user:agent-${String(agent)}`;
  const team = `team-${String(agent % 8)}`;
  const all: readonly QueueFilter[] = [
    ...[{ statuses: ['with-the-carrier'] }, { statuses: ['in-progress'] }, { statuses: ['open', 'in-progress'] }],
    ...[{ categories: ['waiting_third_party'] as const }, { categories: ['waiting_customer'] as const }],
    ...[{ tags: ['late'] }, { tags: ['parcel'] }, { priorities: ['urgent'] as const }, { channel: 'chat' as const }],
    ...[{ agent: 'user:agent-9' }, { team, statuses: ['with-the-carrier'] }],
    ...[
      { team, categories: ['waiting_customer'] as const },
      { tags: ['late'], categories: ['open'] as const },
    ],
    ...[
      { categories: ['snoozed'] as const, statuses: ['open'] },
      { team, channel: 'email' as const },
    ],
  ];
  return { view: 'all', self, ...all[(agent + turn) % all.length] };
}

async function bySchedule(ask: Ask, durationMs: number, everyMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  const begin = performance.now();
  const work = async (agent: number): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const due = begin + (everyMs * agent) / AGENTS + everyMs * turn;
      if (due > begin + durationMs) return;
      await sleep(Math.max(0, due - performance.now()));
      await ask(agent, turn);
      times.push(performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: AGENTS }, (_, agent) => work(agent)));
  return times;
}

async function oneByOne(ask: Ask, durationMs: number): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + durationMs;
  for (let turn = 0; performance.now() < end || turn === 0; turn += 1) {
    const from = performance.now();
    await ask(turn % AGENTS, turn);
    times.push(performance.now() - from);
  }
  return times;
}
