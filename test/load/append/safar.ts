import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { splitPersonal } from '#contracts';
import { type NewEvent } from '#kernel';
import { eventStoreMigrations, openPostgresEventStore } from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { projectionsMigrations } from '#platform/projections';
import { openMasterKey, openPostgresVault, type PersonaKeyRef, type Vault, vaultMigrations } from '#platform/vault';
import { beginTimeline } from '../projection/begin-timeline.js';
import { type Contestant } from './appender.js';
import { type Entry, purchaseOf, streamOf } from './touchpoints.js';

const APPLICATION = 'safar bench';

/** Every process of the bench opens copies of the same database, so they share its key; it protects nothing. */
const masterKeyOfTheBench = createHash('sha256').update('safar bench').digest('base64');

/** The store through its port, the vault as an installation has it: what a touchpoint costs after it was accepted. */
export const safar: Contestant = {
  countSql: `SELECT count(*) AS stored FROM es.events`,
  async prepare(url) {
    for (const migrations of [eventStoreMigrations, projectionsMigrations, vaultMigrations])
      await migrate(url, migrations);
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
        const events = entries.map((entry) => eventOf(vault, entry));
        const outcome = await store.append({
          ...identityOf(vault, events),
          streams: [
            {
              stream: streamOf(stream),
              expect: { version: stream.version },
              events: await sealed(vault, key, events),
            },
          ],
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

function eventOf(vault: Vault, { stream: { personaId }, order }: Entry): NewEvent {
  // Deterministic, so that a touchpoint which is sent again makes the same event.
  const id = vault.uuid('touchpoint', 'web-shop', `${personaId}-${String(order)}`);
  return {
    id,
    type: 'touchpoint.purchase',
    schemaVersion: 1,
    key: personaId,
    occurredAt: Date.now(),
    data: purchaseOf(order, personaId),
    meta: { source: '/sources/web-shop', correlationId: id, causationId: id },
  };
}

/** As a recorder does it: one event here, a batch wherever there is a core for it. */
async function sealed(vault: Vault, key: PersonaKeyRef, events: readonly NewEvent[]): Promise<readonly NewEvent[]> {
  const halves = events.map(({ type, schemaVersion, data }) => splitPersonal(type, schemaVersion, data));
  const parts = halves.map(({ personal }, index) => ({ key, eventId: events[index]?.id ?? '', personal }));
  const boxes =
    parts.length === 1 ? parts.map((one) => vault.seal(key, one.eventId, one.personal)) : await vault.sealAll(parts);
  return events.map((event, index) => ({ ...event, data: { ...halves[index]?.open, sealed: boxes[index] } }));
}

/** What makes a repetition of the append harmless: its id, and a hash of what was asked for. */
function identityOf(
  vault: Vault,
  events: readonly NewEvent[],
): { readonly appendId: string; readonly requestHash: Uint8Array } {
  const [first, ...others] = events.map(({ id }) => id);
  if (first === undefined) throw new Error('there is nothing to append');
  return {
    appendId: others.length === 0 ? first : vault.uuid('bench', first, ...others),
    requestHash: vault.digest('touchpoint', JSON.stringify(events.map(({ data }) => data))),
  };
}
