import path from 'node:path';
import { createAccess } from '#platform/access';
import { createAttachments } from '#platform/attachments';
import { openPostgresAudit } from '#platform/audit';
import { createPool } from '#platform/postgres';
import { createMovedHub, eraseFromBuilds, type KeyErased } from '#platform/projections';
import { createQuarantine } from '#platform/quarantine';
import { createReadModels } from '#platform/read-store';
import { openMasterKey, openPostgresVault, type PersonaKeyRef } from '#platform/vault';
import { accessAudit } from '../access-audit.js';
import { eraseFromAttachments } from '../attachments/attachments-upkeep.js';
import { bindAttachments } from '../attachments/bind-attachments.js';
import { systemClock } from '../clock.js';
import { type Config } from '../config/config.js';
import { type Database } from '../database.js';
import { openEventLog } from '../event-log.js';
import { REPORT_TIMEOUT_MS, ReportDesk, REPORTS_AT_ONCE } from '../report-desk.js';
import { openBus } from '../kafka.js';
import { observeStore, openObservation } from '../observation.js';
import { projections } from '../projections.js';
import { eraseFromQuarantine } from '../quarantine-upkeep.js';

/** Connections of one process: requests wait for one rather than asking more of a server than it was set up for. */
const POOL_SIZE = 20;

/** For which the queries of this code are written. */
const versions = new Map(projections.map(({ name, version }) => [name, version]));

/** What every operation is made of, open. */
export type Parts = Awaited<ReturnType<typeof openParts>>;

export async function openParts(config: Config, database: Database, program: string, closers: (() => Promise<void>)[]) {
  const applicationName = `safar ${program}`;
  const pool = createPool({ url: database.url, max: POOL_SIZE, applicationName, pipeline: true });
  closers.push(() => pool.end());
  const masterKey = await openMasterKey({
    pool,
    file: path.join(config.dataDir, 'master.key'),
    environment: config.masterKey,
  });
  const clock = systemClock;
  const { metrics, tracing, onFlushed, onApplied } = await openObservation(config, program);
  if (tracing) closers.push(() => tracing.stop());
  const checkpointFile = path.join(config.dataDir, 'audit-checkpoints.jsonl');
  const audit = openPostgresAudit({ pool, masterKey, checkpointFile, clock });
  closers.push(() => audit.close());
  const ledgerFile = path.join(config.dataDir, 'erasures.jsonl');
  const vault = await openPostgresVault({ pool, masterKey, ledgerFile, clock });
  const store = await openEventLog(config, { pool, url: database.url, applicationName, onFlushed });
  closers.push(() => store.close());
  observeStore(metrics, store);
  const hub = createMovedHub();
  const readModels = createReadModels(pool, { hub, listen: true, versions });
  closers.push(() => readModels.close());
  const reportPool = createPool({
    ...{ url: database.url, max: REPORTS_AT_ONCE, applicationName, statementTimeoutMs: REPORT_TIMEOUT_MS },
  });
  closers.push(() => reportPool.end());
  const reports = new ReportDesk(createReadModels(reportPool, { versions }));
  const quarantine = createQuarantine(pool);
  const attachments = createAttachments(pool);
  const { defaultRegion } = config;
  const bus = config.kafka && (await openBus(config.kafka, program));
  if (bus) closers.push(() => bus.close());
  return {
    bus,
    config,
    clock,
    database,
    pool,
    vault,
    store,
    hub,
    readModels,
    reports,
    audit,
    quarantine,
    attachments,
    defaultRegion,
    eraseFromReadModels: (erased: KeyErased) => eraseFromBuilds(pool, erased),
    eraseFromQuarantine: (personaId: string) =>
      eraseFromQuarantine({ quarantine, vault, clock, defaultRegion }, personaId),
    eraseFromAttachments: (key: PersonaKeyRef) => eraseFromAttachments(attachments, key),
    bindAttachments: (key: PersonaKeyRef, ids: readonly string[]) =>
      bindAttachments({ attachments, vault, clock }, key, ids),
    metrics,
    tracing,
    onApplied,
    access: createAccess({ pool, clock, audit: accessAudit(audit), sessionLimits: config.sessions, oidc: config.oidc }),
  };
}
