import { until } from '#testing';
import { type AppProcess } from './app-process.js';
import { type TestedInstallation } from './tested-installation.js';

/** A lease of ten seconds has to run out first where its holder was killed. */
const HELD_WITHIN_MS = 40_000;

/** Consumers are named by their process. */
const HOLDER = `split_part(owner, '-', 1)::integer`;
/** Of read models; reactions have leases of their own beside them. */
const HELD = `name NOT LIKE 'reaction:%' AND owner IS NOT NULL AND lease_until > clock_timestamp()`;

/** The projector that has most lanes of read models. */
export async function busiestProjector(tested: TestedInstallation): Promise<AppProcess> {
  let busiest: AppProcess | undefined;
  await until(
    async () => {
      const { rows } = await tested.owner.query<{ pid: number }>(
        `SELECT ${HOLDER} AS pid FROM es.consumers WHERE ${HELD} GROUP BY 1 ORDER BY count(*) DESC`,
      );
      const running = [...tested.apps.values()].filter(({ app }) => app === 'projector');
      busiest = rows.flatMap(({ pid }) => running.filter((projector) => projector.pid === pid))[0];
      return busiest !== undefined;
    },
    'a projector has lanes',
    HELD_WITHIN_MS,
  );
  if (!busiest) throw new Error('no projector has lanes');
  return busiest;
}

/** A lane of a build of a read model, and the process that has it. */
export type Holders = ReadonlyMap<string, number>;

/** Leases of processes that are dead hold nothing, however long they are to last. */
export async function holders({ owner, apps }: TestedInstallation): Promise<Holders> {
  const { rows } = await owner.query<{ lane: string; pid: number }>(
    `SELECT concat_ws(' ', name, build, lane) AS lane, ${HOLDER} AS pid FROM es.consumers WHERE ${HELD}`,
  );
  const alive = new Set([...apps.values()].map(({ pid }) => pid));
  return new Map(rows.flatMap(({ lane, pid }) => (alive.has(pid) ? [[lane, pid] as const] : [])));
}

/** Others have all that the one had that went, and nobody else has lost anything. How many of its lanes another process has by then. */
export async function untilTakenOver(tested: TestedInstallation, from: number, before: Holders): Promise<number> {
  const lanes = [...before].flatMap(([lane, pid]) => (pid === from ? [lane] : []));
  let moved = 0;
  await until(
    async () => {
      const now = await holders(tested);
      moved = lanes.filter((lane) => now.has(lane) && now.get(lane) !== from).length;
      return moved > 0 && [...before.keys()].every((lane) => now.has(lane));
    },
    'another process has the lanes, and every lane is held',
    HELD_WITHIN_MS,
  );
  return moved;
}

/** Most processes that have lanes of one build of a read model between them. */
export async function mostSharing(tested: TestedInstallation): Promise<number> {
  const sharing = new Map<string, Set<number>>();
  for (const [lane, pid] of await holders(tested)) {
    const build = lane.slice(0, lane.lastIndexOf(' '));
    sharing.set(build, (sharing.get(build) ?? new Set()).add(pid));
  }
  return Math.max(0, ...[...sharing.values()].map(({ size }) => size));
}
