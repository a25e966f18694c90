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

/** Others have what the one had that went. */
export async function untilLanesAreHeld({ owner }: TestedInstallation): Promise<void> {
  await until(
    async () => {
      const { rows } = await owner.query<{ all: boolean }>(
        `SELECT bool_and(coalesce(${HELD}, false)) AS all FROM es.consumers WHERE name NOT LIKE 'reaction:%'`,
      );
      return rows[0]?.all === true;
    },
    'every lane is held',
    HELD_WITHIN_MS,
  );
}

/** How often lanes have changed hands so far: each time the fence is raised. */
export async function takeovers({ owner }: TestedInstallation): Promise<number> {
  const { rows } = await owner.query<{ sum: number }>(
    `SELECT coalesce(sum(fence), 0)::integer AS sum FROM es.consumers WHERE name NOT LIKE 'reaction:%'`,
  );
  return rows[0]?.sum ?? 0;
}
