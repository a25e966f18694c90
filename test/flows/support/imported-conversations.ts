import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { serviceReport } from '#capabilities';
import { isConversationEvent, type ConversationEvent, type ServiceReportGroup } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { testDatabase } from '#testing';
import { type Installation, loadConfig, openInstallation } from '#wiring';
import { loadProfile } from '../../../apps/cli/src/import/built-in-profiles.js';
import { openInput } from '../../../apps/cli/src/import/input.js';
import { type ImportReport, runImport } from '../../../apps/cli/src/import/run-import.js';
import { settingsFor } from '../../../apps/cli/src/import/table.js';
import { dataFolder } from './safar-process.js';

/** An installation of a test's own that feeds its read models and runs its reactions. */
export interface Running {
  readonly installation: Installation;
  import(profile: string, file: string): Promise<ImportReport>;
  /** Waits until every touchpoint so far has been taken up. */
  takenUp(count: number, timeoutMs: number): Promise<void>;
  /** Everything that happened in conversations, in the order of the log, personal members sealed. */
  conversations(): Promise<readonly ConversationEvent[]>;
  /** Likewise of all that happened. */
  everything(): Promise<readonly RecordedEvent[]>;
  /** How many complaints the queue shows of each channel, as soon as it shows everything there is. */
  queuedComplaints(): Promise<Readonly<Record<string, number>>>;
  /** The year from a time on, as a report has it as soon as the clocks of so many resolutions are told. */
  report(from: string, resolutions: number, timeoutMs: number): Promise<ServiceReportGroup>;
  close(): Promise<void>;
}

export async function openRunning(): Promise<Running> {
  const database = await testDatabase([]);
  const folder = dataFolder();
  const config = loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: folder.path });
  const installation = await openInstallation(config, { program: 'test' });
  installation.startProjections({ pollMs: 20 });
  installation.startReactions({ pollMs: 20 });
  const { readModels, store } = installation;
  return {
    installation,
    import: (profile, file) => importInto(installation, folder.path, profile, file),
    takenUp: async (count, timeoutMs) => {
      const deadline = Date.now() + timeoutMs;
      for (let found = 0; found < count; await pause(100)) {
        const head = await store.head();
        for (const model of ['conversation-messages', 'conversations']) await readModels.waitUntil(model, head, 60_000);
        const [row] = await readModels.query<{ n: bigint }>('SELECT count(*) AS n FROM {conversation-messages}', []);
        found = Number(row?.n ?? 0);
        if (Date.now() > deadline) throw new Error(`${String(found)} of ${String(count)} were taken up`);
      }
    },
    conversations: async () => (await everythingIn(installation)).filter(isConversationEvent),
    everything: () => everythingIn(installation),
    queuedComplaints: async () => {
      await readModels.waitUntil('queue', await store.head(), 60_000);
      const rows = await readModels.query<{ channel: string; n: bigint }>(
        // Nobody but complaints came from a customer: imported incidents were opened by a past exchange.
        `SELECT channel, count(*) AS n FROM {queue} WHERE kept = 'queued' AND category = 'open' AND unanswered_since IS NOT NULL
         GROUP BY channel`,
        [],
      );
      return Object.fromEntries(rows.map(({ channel, n }) => [channel, Number(n)]));
    },
    report: async (from, resolutions, timeoutMs) => {
      const range = { from: Date.parse(from), to: Date.parse(from) + 366 * 86_400_000 };
      const asked = { ...range, by: 'total', calendar: 'gregorian', now: Date.now(), position: 0n } as const;
      for (const deadline = Date.now() + timeoutMs; ; await pause(100)) {
        const [group] = (await serviceReport(readModels, asked)).groups;
        if (group?.resolution.business.n === resolutions) return group;
        if (Date.now() > deadline) throw new Error(`${String(group?.resolution.business.n)} clocks were told`);
      }
    },
    close: async () => {
      await installation.close();
      await database.drop();
      folder.remove();
    },
  };
}

async function everythingIn({ store }: Installation): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let after = 0n, full = true; full;) {
    const page = await store.readAll(after, 1_000);
    events.push(...page.events);
    ({ full } = page);
    after = page.events.at(-1)?.position ?? after;
  }
  return events;
}

async function importInto(
  installation: Installation,
  dataDir: string,
  name: string,
  file: string,
): Promise<ImportReport> {
  const profile = await loadProfile(name);
  const input = await openInput(file, Readable.from([]));
  const context = { correlationId: 'c'.repeat(32), causationId: 'import' };
  try {
    return await runImport({
      source: { input, settings: settingsFor(input.name, profile, undefined), profile },
      recorder: { recordTouchpoints: (values) => installation.recordTouchpoints(values, context) },
      installation: 'test',
      holds: () => Promise.resolve(true),
      dataDir,
      rejectsPath: path.join(dataDir, `${randomUUID()}.csv`),
      batchSize: 250,
      concurrency: 1,
      signal: new AbortController().signal,
    });
  } finally {
    await input.close();
  }
}
