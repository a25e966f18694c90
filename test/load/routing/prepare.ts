import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { routingTurns } from '#capabilities';
import { createPool } from '#platform/postgres';
import { type Installation } from '#wiring';
import { type Handler } from '../harness/jobs.js';
import { openBenchInstallation } from '../http/gateway.js';
import { AGENTS, type Customer, opening, settingUp, store, waiting } from './office.js';

const CUSTOMERS = 1_000;
const AT_ONCE = 50;

/**
 * An office with a backlog: agents who have all they have room for, and so many conversations that wait. What else there ever was, routing has left
 * behind it: it is written as the rows that are left of it.
 */
export const prepareRouting: Handler<'routing-prepare'> = async ({ url, waiting: backlog, conversations }) => {
  const { installation, close } = await openBenchInstallation(url);
  const agents: string[] = [];
  for (let number = 0; number < AGENTS; number += 1) {
    const by = { kind: 'operator', id: 'bench' } as const;
    const { id } = await installation.access.apiKeys.create({ name: `agent ${String(number)}`, scopes: ['admin'] }, by);
    agents.push(`key:${id}`);
  }
  await store(installation, settingUp(agents));
  const customers = await newCustomers(installation, CUSTOMERS);
  for (let from = 0; from < backlog; from += AT_ONCE * 20) {
    const batches = Array.from({ length: 20 }, (_, batch) => from + batch * AT_ONCE).filter((first) => first < backlog);
    await Promise.all(
      batches.map(async (first) => {
        const numbers = Array.from({ length: Math.min(AT_ONCE, backlog - first) }, (_, index) => first + index);
        const streams = numbers.flatMap((number) => {
          const opened = opening(number, customers[number % CUSTOMERS] ?? { id: '', incarnation: 0 });
          return [opened, waiting(opened, number)];
        });
        await store(installation, streams);
      }),
    );
  }
  await rememberOthers(url, conversations);
  installation.startReactions();
  await caughtUp(installation);
  await close();
  return null;
};

export async function newCustomers({ conversations }: Installation, count: number): Promise<readonly Customer[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const keys = await conversations.vault.currentKeys(ids);
  return ids.map((id) => ({ id, incarnation: keys.get(id)?.incarnation ?? 0 }));
}

/** What is remembered of each conversation that ever was, whether or not anything is left to do in it. */
async function rememberOthers(url: string, count: number): Promise<void> {
  const turn = {
    customerId: randomUUID(),
    version: 3,
    stage: 'active',
    category: 'resolved',
    channel: 'chat',
    team: null,
  };
  const more = { priority: 'normal', tags: [], direction: null, agent: null, previousAgent: null, follows: null };
  const pool = createPool({ url, max: 1, applicationName: 'safar bench' });
  await pool.query(
    `INSERT INTO es.reaction_states (name, version, key, state)
     SELECT $1, $2, 'conversation-' || md5(n::text)::uuid, $3::json FROM generate_series(1, $4::integer) AS n`,
    [
      routingTurns.name,
      routingTurns.version,
      JSON.stringify({ ...turn, ...more, since: 0, due: {}, told: null }),
      count,
    ],
  );
  await pool.end();
}

/** Everything that was stored has been reacted to, and nothing waits to be dispatched. */
export async function caughtUp(installation: Installation): Promise<void> {
  const admin = installation.reactionAdmin({ actor: { kind: 'operator', id: 'bench' } });
  for (;;) {
    const all = await admin.status();
    const isDone = all.every(
      ({ state, eventsBehind, waitingCommands }) => state === 'running' && eventsBehind === 0 && waitingCommands === 0,
    );
    if (isDone) return;
    await sleep(100);
  }
}
