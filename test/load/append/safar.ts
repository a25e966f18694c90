import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalJson, type NewEvent } from '#kernel';
import { eventStoreMigrations, openPostgresEventStore } from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { projectionsMigrations } from '#platform/projections';
import { openMasterKey, openPostgresVault, type PersonaKeyRef, type Vault, vaultMigrations } from '#platform/vault';
import { beginTimeline } from '../projection/begin-timeline.js';
import { type Contestant } from './appender.js';
import { type Data, type Entry, openPart, personalPart, streamOf } from './touchpoints.js';

const APPLICATION = 'safar bench';

/** Every process of the bench opens copies of the same database, so they share its key; it protects nothing. */
const masterKeyOfTheBench = createHash('sha256').update('safar bench').digest('base64');

/** The store through its port, the vault as an installation has it: what a touchpoint costs after it was parsed. */
export const safar: Contestant = {
  countSql: `SELECT count(*) AS stored FROM es.events`,
  async prepare(url) {
    for (const migrations of [eventStoreMigrations, projectionsMigrations, vaultMigrations]) await migrate(url, migrations);
    await beginTimeline(url);
  },
  async open({ url, personaIds }) {
    const pool = createPool({ url, max: 4, applicationName: APPLICATION });
    const vault = await openPostgresVault({
      pool,
      masterKey: await openMasterKey({ pool, file: '', environment: masterKeyOfTheBench }),
      ledgerFile: path.join(tmpdir(), `safar-bench-${randomUUID()}.erasures`),
      clock: { now: Date.now },
    });
    await vault.currentKeys(personaIds);
    const store = await openPostgresEventStore({ url, applicationName: APPLICATION });
    return {
      async append(entries) {
        const [first] = entries;
        if (!first) return;
        const { stream } = first;
        const key = (await vault.currentKeys([stream.personaId])).get(stream.personaId);
        if (!key) throw new Error('a persona has no key');
        const purchases = entries.map((entry) => purchaseOf(vault, entry));
        const events = purchases.map((purchase) => sealed(vault, key, purchase));
        const outcome = await store.append({
          ...identityOf(vault, purchases),
          streams: [{ stream: streamOf(stream), expect: { version: stream.version }, events }],
        });
        if (outcome.status !== 'appended') throw new Error(`an append was answered with ${outcome.status}`);
      },
      async close() {
        await store.close();
        await pool.end();
      },
    };
  },
};

interface Purchase {
  /** Deterministic, as the recorder of touchpoints makes it. */
  readonly id: string;
  readonly personaId: string;
  readonly open: Data;
  readonly personal: Data;
}

function purchaseOf(vault: Vault, { stream: { personaId }, order }: Entry): Purchase {
  return {
    id: vault.uuid('touchpoint', 'web-shop', `${personaId}-${String(order)}`),
    personaId,
    open: openPart(order, personaId),
    personal: personalPart(order, personaId),
  };
}

function sealed(vault: Vault, key: PersonaKeyRef, { id, personaId, open, personal }: Purchase): NewEvent {
  return {
    id,
    type: 'touchpoint.purchase',
    schemaVersion: 1,
    key: personaId,
    occurredAt: Date.now(),
    data: { ...open, sealed: vault.seal(key, id, personal) },
    meta: { source: '/sources/web-shop', correlationId: id, causationId: id },
  };
}

/** What makes a repetition of the append harmless: its id, and a hash of what was asked for. */
function identityOf(
  vault: Vault,
  purchases: readonly Purchase[],
): { readonly appendId: string; readonly requestHash: Uint8Array } {
  const [first, ...others] = purchases.map(({ id }) => id);
  if (first === undefined) throw new Error('there is nothing to append');
  const asked = canonicalJson(purchases.map(({ open, personal }) => [open, personal]));
  return {
    appendId: others.length === 0 ? first : vault.uuid('bench', first, ...others),
    requestHash: vault.digest('touchpoint', asked),
  };
}
