import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { type ClockEvent, toStoredClockData } from '#contracts';
import { testDatabase, type TestDatabase } from '#testing';
import { loadConfig } from './config/config.js';
import { type Installation, openInstallation } from './installation.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

beforeEach(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-clocks-'));
  const environment = { SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir };
  installation = await openInstallation(loadConfig(environment), { program: 'test' });
});
afterEach(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const terms = {
  ...{ policyId: 'standard', policyVersion: 1, calendarId: 'always', calendarVersion: 1, targetSeconds: 60 },
  pausedWhile: [] as const,
};

async function tell(clock: string, ...events: readonly ClockEvent[]): Promise<void> {
  const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
  const outcome = await installation.store.append({
    appendId: randomUUID(),
    requestHash: randomBytes(16),
    streams: [
      {
        ...{ stream: `service_clock-${clock}`, expect: 'any' },
        events: events.map((event) => ({
          ...{ id: randomUUID(), type: event.type, schemaVersion: 1, key: `conversation-${clock}` },
          ...{ occurredAt: event.data.at, data: toStoredClockData(event), meta },
        })),
      },
    ],
  });
  expect(outcome.status).toBe('appended');
}

const activated = (at: number, dueAt: number): ClockEvent => ({
  type: 'service_clock.activated',
  data: { at, kind: 'resolution', terms, dueAt },
});

const breaches = async (): Promise<readonly (readonly [string, number])[]> => {
  const { events } = await installation.store.readAll(0n, 1_000);
  const told = events.filter(({ type }) => type === 'service_clock.breached');
  expect(told.every(({ data, occurredAt }) => (data as { at: number }).at === occurredAt)).toBe(true);
  return told.map(({ stream, occurredAt }) => [stream, occurredAt] as const);
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('deadlines of service clocks', () => {
  it('are breached at their due instant: long past, just now, but not where the clock was stopped or stands still', async () => {
    const now = Date.now();
    const past = now - 7_200_000;
    await tell('past', activated(past, past + 60_000));
    await tell('soon', activated(now, now + 700));
    await tell('stopped', activated(past, past + 60_000), {
      type: 'service_clock.fulfilled',
      data: { at: past + 60_000, dueAt: past + 60_000, verdict: 'on_time' },
    });
    await tell('still', activated(past, past + 60_000), {
      type: 'service_clock.paused',
      data: { at: past + 1, dueAt: null },
    });
    await tell('later', activated(now, now + 3_600_000));
    installation.startReactions({ pollMs: 20 });
    await until(async () => (await breaches()).length === 2);
    expect(await breaches()).toEqual([
      ['service_clock-past', past + 60_000],
      ['service_clock-soon', now + 700],
    ]);
    const by = { actor: { kind: 'operator', id: 'test' } } as const;
    expect(await installation.reactionAdmin(by).status()).toMatchObject([
      {
        name: 'clock-deadlines',
        timers: 1,
        overdueTimers: 0,
        waitingCommands: 0,
        parkedTriggers: 0,
        parkedCommands: 0,
      },
    ]);
    expect(await installation.metrics.exposition()).toContain(
      'safar_reaction_overdue_timers{reaction="clock-deadlines"} 0',
    );
  });
});
