import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger } from '../ledger/ledger.js';
import { type TestedInstallation } from '../supervisor/tested-installation.js';
import { type Gateways } from '../workload/gateways.js';
import { type Content, contentOf, customers, SOURCE } from '../workload/touchpoints.js';
import {
  type ComparedModel,
  type ConsumerState,
  type Observed,
  type ShownTouchpoint,
  type StoredEvent,
} from './observed.js';
import { readTopic } from './read-topic.js';

const BY = { actor: { kind: 'operator', id: 'faults' } } as const;

type Owner = TestedInstallation['owner'];

const MOST_TRIES = 20;

const TELL_EVERY_MS = 5_000;

/**
 * Waits until everybody has come to where the log was when everything was mended, while more comes in; how long that took from then
 * on, or nothing. @param tell who is behind, from time to time
 */
export async function untilHealed(
  { owner }: TestedInstallation,
  patienceMs: number,
  tell: (what: string) => void,
): Promise<number | undefined> {
  let head: string | undefined;
  // The database may be the last to come back.
  const hasCaughtUp = async (): Promise<boolean> => {
    head ??= await headOf(owner);
    return (await countBehind(owner, head)) === 0;
  };
  return waited(hasCaughtUp, owner, patienceMs, tell);
}

/** Waits until nothing is on its way any more. Nobody sends by now. */
export const untilAtRest = async (
  { owner }: TestedInstallation,
  patienceMs: number,
  tell: (what: string) => void,
): Promise<boolean> => (await waited(() => isAtRest(owner), owner, patienceMs, tell)) !== undefined;

async function waited(
  isSo: () => Promise<boolean>,
  owner: Owner,
  patienceMs: number,
  tell: (what: string) => void,
): Promise<number | undefined> {
  const begunAt = Date.now();
  let toldAt = begunAt;
  while (Date.now() - begunAt < patienceMs) {
    if (await isSo().catch(() => false)) return Date.now() - begunAt;
    await sleep(100);
    if (Date.now() - toldAt < TELL_EVERY_MS) continue;
    toldAt = Date.now();
    tell(`behind: ${await whoIsBehind(owner).catch(String)}`);
  }
  return undefined;
}

async function headOf(owner: Owner): Promise<string> {
  const { rows } = await owner.query<{ head: string }>(`SELECT es.head()::text AS head`);
  return rows[0]?.head ?? '0';
}

async function countBehind(owner: Owner, head: string): Promise<number> {
  const { rows } = await owner.query<{ behind: number }>(
    `SELECT (SELECT count(*) FROM es.consumers WHERE position < $1)::integer
        + (SELECT count(*) FROM es.relays WHERE position < $1)::integer AS behind`,
    [head],
  );
  return rows[0]?.behind ?? 0;
}

async function whoIsBehind(owner: Owner): Promise<string> {
  const { rows } = await owner.query<{ who: string }>(
    `SELECT name || ' by ' || (es.head() - position) || coalesce(' (' || error || ')', '') AS who
     FROM es.consumers WHERE position <> es.head()
     UNION ALL SELECT topic || ' by ' || (es.head() - position) FROM es.relays WHERE position <> es.head()
     UNION ALL SELECT name || ' with ' || count(*) || ' commands waiting' FROM es.reaction_commands WHERE status = 'waiting' GROUP BY name`,
  );
  return rows.map(({ who }) => who).join(', ');
}

async function isAtRest(owner: Owner): Promise<boolean> {
  const { rows } = await owner.query<{ rests: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM es.consumers WHERE position <> es.head())
        AND NOT EXISTS (SELECT FROM es.relays WHERE position <> es.head())
        AND NOT EXISTS (SELECT FROM es.reaction_commands WHERE status = 'waiting') AS rests`,
  );
  return rows[0]?.rests === true;
}

export interface Looked {
  readonly ledger: Ledger;
  readonly gateways: Gateways;
  /** Read models that are also built anew and compared. */
  readonly rebuilt: readonly string[];
}

/** Reads everything that the checker judges by. Nothing may be on its way any more, or what is read does not belong together. */
export async function observe(
  tested: TestedInstallation,
  { ledger, gateways, rebuilt }: Looked,
): Promise<Omit<Observed, 'healedAfterMs' | 'held' | 'unready' | 'badEnds'>> {
  const { owner, observer } = tested;
  const { ok, broken } = await observer.audit.verify();
  return {
    ledger: ledger.entries(),
    store: await storedEvents(owner),
    timeline: await observer.readModels
      .query<{ event_id: string; position: bigint; persona_id: string }>(
        `SELECT event_id, position, persona_id FROM {timeline} ORDER BY position`,
        [],
      )
      .then((rows) =>
        rows.map((row) => ({ eventId: row.event_id, position: Number(row.position), key: row.persona_id })),
      ),
    shown: await shown(gateways),
    takenUp: await takenUp(owner),
    consumers: await consumers(owner),
    commandsLeft: await commandsLeft(owner),
    ...(ok ? {} : { auditBroken: `${broken?.problem ?? 'broken'} at ${String(broken?.sequence)}` }),
    ...(tested.cluster && { topic: await readTopic(tested.cluster) }),
    models: await compared(tested, rebuilt),
  };
}

async function storedEvents(owner: Owner): Promise<readonly StoredEvent[]> {
  const { rows } = await owner.query<StoredEvent>(
    `SELECT position::float8 AS position, stream, version::float8 AS version, event_id AS id, type, key,
       extract(epoch FROM recorded_at)::float8 * 1000 AS "recordedAt",
       type LIKE 'touchpoint.%' AND meta->>'source' = $1 AS sent
     FROM es.events ORDER BY position`,
    [`/sources/${SOURCE}`],
  );
  return rows;
}

/** As anybody reads it: every page of the timelines of all customers. */
async function shown(gateways: Gateways): Promise<readonly ShownTouchpoint[]> {
  const found: ShownTouchpoint[] = [];
  for (const customer of customers)
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: ShownPage = await timelinePage(gateways, customer, cursor);
      for (const entry of page.data)
        if (entry.source === SOURCE && entry.touchpointId !== null)
          found.push({ id: entry.touchpointId, content: contentOf(entry) });
      cursor = page.page.next;
    }
  return found;
}

interface ShownPage {
  readonly data: readonly Content[];
  readonly page: { readonly next: string | null };
}

async function timelinePage(gateways: Gateways, customer: string, cursor: string): Promise<ShownPage> {
  const route = `/v1/customers/customer_number:${customer}/timeline?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`;
  for (let tries = 1; ; tries++) {
    const answer = await gateways.ask('GET', route);
    if (answer.status === 200) return answer.body as ShownPage;
    // Of somebody from whom nothing came there is no timeline.
    if (answer.status === 404) return { data: [], page: { next: null } };
    if (tries === MOST_TRIES) throw new Error(`${route} is answered ${JSON.stringify(answer)}`);
    await sleep(500);
  }
}

async function takenUp(owner: Owner): Promise<Observed['takenUp']> {
  const { rows } = await owner.query<Observed['takenUp'][number]>(
    `SELECT data->>'messageId' AS "messageId", stream AS "conversationId"
     FROM es.events WHERE type = 'conversation.message_received' ORDER BY position`,
  );
  return rows;
}

async function consumers(owner: Owner): Promise<readonly ConsumerState[]> {
  const { rows } = await owner.query<ConsumerState>(
    `SELECT c.name, c.position::float8 AS position, c.status, c.error,
       ((SELECT count(*) FROM es.parked p WHERE p.name = c.name AND p.status <> 'released')
        + (SELECT count(*) FROM es.reaction_parked p WHERE 'reaction:' || p.name = c.name AND p.status <> 'released'))::integer AS parked
     FROM es.consumers c
     UNION ALL SELECT 'relay of ' || topic, position::float8, CASE WHEN error IS NULL THEN 'running' ELSE 'failed' END, error, 0
     FROM es.relays ORDER BY 1`,
  );
  return rows;
}

async function commandsLeft(owner: Owner): Promise<number> {
  const { rows } = await owner.query<{ left: number }>(`SELECT count(*)::integer AS left FROM es.reaction_commands`);
  return rows[0]?.left ?? 0;
}

/** Against a fold in memory, and some of them against a second build that is filled from the first event. */
async function compared(
  { observer }: TestedInstallation,
  rebuilt: readonly string[],
): Promise<readonly ComparedModel[]> {
  const admin = observer.projectionAdmin(BY);
  const names = new Set((await admin.status()).map(({ name }) => name));
  const models: ComparedModel[] = [];
  for (const name of names) {
    const { differences, hash } = await admin.verify(name);
    if (!rebuilt.includes(name)) {
      models.push({ name, differences, hash });
      continue;
    }
    await admin.rebuild(name, { promote: true });
    models.push({ name, differences, hash, rebuiltHash: (await admin.verify(name)).hash });
  }
  return models;
}
