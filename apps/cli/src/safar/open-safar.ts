import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { START, type Position } from '#kernel';
import { type Actor } from '#platform/access';
import {
  exportEvents,
  loadConfig,
  openInstallation,
  openKafkaAdmin,
  openStoreAdmin,
  projections,
  reactions,
  type Installation as OpenInstallation,
} from '#wiring/operations';
import { operator } from '../operator.js';
import { type ApiKeyAdmin, type Installation, type Safar, type UserAdmin } from '../ports.js';
import { doctorChecks } from './doctor-checks.js';
import { tail } from './tail.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Files are trusted with more than the network: one wholesale order of the Online Retail data has 542 lines, in 65 KB. */
const MAX_BYTES_FROM_FILES = 1024 * 1024;
/** Longest that a command which only reads waits for the read models; then it shows what there is. */
const FRESH_WAIT_MS = 3_000;
const TABLES_POLL_INTERVAL_MS = 50;
/** All read models are filled at once after an import. With fourteen of them, 500 events a batch took 290 MB, 100 take 240 in the same time. */
const SMALL_BATCHES = { batchSize: 100, fillBatchSize: 100 };

/** The commands' Safar: the installation that the environment describes, a running one's or one that is started for a command. */
export const createSafar = (environment: Environment): Safar => ({
  openInstallation: async (say) => adapt(await openInstallation(loadConfig(environment), { program: 'command', say })),
  openStore: (say) => openStoreAdmin(loadConfig(environment), { program: 'command', say }),
  openKafka: (say) => openKafkaAdmin(loadConfig(environment), { program: 'command', say }),
  doctor: () => doctorChecks(environment),
});

function adapt(opened: OpenInstallation): Installation {
  const { store, config, audit } = opened;
  const by = { actor: atTheKeyboard() };
  const context = {
    correlationId: randomUUID().replaceAll('-', ''),
    causationId: 'command',
    maxBytes: MAX_BYTES_FROM_FILES,
  };
  const apply = applier(opened);
  const applyEverything = async (): Promise<boolean> => apply(await store.head(), FRESH_WAIT_MS);
  return {
    id: `${store.storeId}/${store.epoch.toString()}`,
    dataDir: config.dataDir,
    recordTouchpoints: (values) => opened.recordTouchpoints(values, context),
    async timeline(customer, parameters) {
      await applyEverything();
      return opened.timelinePage(customer, parameters);
    },
    async *tail({ after, ...filter }, signal) {
      await audit.record({ ...by, action: 'events.read', subject: 'events:all', outcome: 'succeeded' });
      yield* tail(opened, { ...filter, after: startOf(after) }, signal);
    },
    exportEvents: ({ personal, after }, signal) => exportEvents(opened, { after, signal, personal, by }),
    async erase(customer, reason) {
      // Somebody of whom the last touchpoint has just been stored is found, too.
      await applyEverything();
      return opened.eraseCustomer(customer, reason, { by });
    },
    keys: keysOf(opened),
    users: usersOf(opened),
    projections: opened.projectionAdmin(by),
    reactions: opened.reactionAdmin(by),
    replayRouting: (request) => opened.replayRouting(request),
    takeHolidays: (holidays, dryRun) => opened.takeHolidays(holidays, { ...by, dryRun }),
    reactionNames: reactions.map(({ name }) => name),
    audit,
    quarantine: opened.quarantineAdmin(by, context.causationId),
    projectionNames: projections.map(({ name }) => name),
    waitUntilApplied: async (position, patienceMs) => {
      let before = -1n;
      while (!(await apply(position, patienceMs))) {
        const reached = (await opened.projectionAdmin(by).status()).reduce((sum, lane) => sum + lane.position, 0n);
        if (reached <= before) return false;
        before = reached;
      }
      return true;
    },
    holds: async (position) => (await store.head()) >= position,
    close: () => opened.close(),
  };
}

const startOf = (after: Position | 'now' | 'start'): Position | 'now' => (after === 'start' ? START : after);

/**
 * Waits for the read models. From the first wait on they are fed from here, too: a command needs no running platform, and where
 * one runs, the two share the work. Not before: while a file is imported, folding would take memory and time.
 */
function applier({
  readModels,
  startProjections,
}: OpenInstallation): (position: Position, timeoutMs: number) => Promise<boolean> {
  let isFeeding = false;
  const waitFor = async (position: Position, timeoutMs: number): Promise<boolean> => {
    const waits = projections.map(({ name }) => readModels.waitUntil(name, position, timeoutMs));
    return (await Promise.all(waits)).every(Boolean);
  };
  return async (position, timeoutMs) => {
    if (!isFeeding) startProjections(SMALL_BATCHES);
    isFeeding = true;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const leftMs = deadline - performance.now();
      // On a new installation nobody can wait for the tables yet: the first projector has to make them.
      const applied = await waitFor(position, Math.max(leftMs, 0)).catch(() => undefined);
      if (applied !== undefined) return applied;
      if (leftMs <= 0) return false;
      await wait(Math.min(TABLES_POLL_INTERVAL_MS, leftMs));
    }
  };
}

const atTheKeyboard = (): Actor => ({ kind: 'operator', id: operator() });

const keysOf = ({ accounts, access: { apiKeys } }: OpenInstallation): ApiKeyAdmin => ({
  create: (request) => apiKeys.create(request, atTheKeyboard()),
  list: () => apiKeys.list(),
  revoke: (id) => accounts.revokeKey(id, atTheKeyboard()),
  rotate: (id, overlapMs) => apiKeys.rotate(id, atTheKeyboard(), overlapMs),
});

const usersOf = ({ accounts, access: { users, sessions } }: OpenInstallation): UserAdmin => ({
  add: (user) => users.add(user, atTheKeyboard()),
  list: () => users.list(),
  find: (user) => users.find(user),
  setRoles: (user, roles) => users.setRoles(user, roles, atTheKeyboard()),
  setDisabled: (user, disabled) => accounts.setDisabled(user, disabled, atTheKeyboard()),
  resetPassword: (user) => users.resetPassword(user, atTheKeyboard()),
  sessions: (userId) => sessions.list(userId),
  endSessions: (userId) => sessions.endAll(userId, atTheKeyboard()),
});
