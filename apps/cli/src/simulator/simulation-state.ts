import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EpochMs } from '#kernel';
import { HOUR } from './calendar.js';
import { fingerprintOf, type SimulationPlan } from './simulation.js';

/** Which history an installation holds: the same one is generated again next time, however much later that is. */
export interface RememberedSimulation {
  readonly plan: SimulationPlan;
  /** Of its last touchpoint, when all of it is stored; decimal digits. */
  readonly position: string | null;
}

/** The store that it was written to, and the folder in which that is noted. */
export interface SimulationHome {
  readonly id: string;
  readonly dataDir: string;
}

const fileIn = ({ dataDir }: SimulationHome): string => path.join(dataDir, 'simulation.json');

/** `undefined` when nothing was simulated here, or into another store. */
export async function rememberedIn(home: SimulationHome): Promise<RememberedSimulation | undefined> {
  const text = await readFile(fileIn(home), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : readState(text, home.id);
}

/** To be noted before the first touchpoint is stored: whoever is killed in between goes on with the same history. */
export async function remember(home: SimulationHome, { plan, position }: RememberedSimulation): Promise<void> {
  await mkdir(home.dataDir, { recursive: true, mode: 0o700 });
  const beside = `${fileIn(home)}.${String(process.pid)}`;
  await writeFile(beside, `${JSON.stringify({ installation: home.id, ...plan, position })}\n`, { mode: 0o600 });
  await rename(beside, fileIn(home));
}

function readState(text: string, installation: string): RememberedSimulation | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(read));
  const [seed, customers, years, until] = ['seed', 'customers', 'years', 'until'].map((name) => members.get(name));
  if (members.get('installation') !== installation) return undefined;
  if (typeof seed !== 'number' || typeof customers !== 'number' || typeof years !== 'number') return undefined;
  if (typeof until !== 'number') return undefined;
  const position = members.get('position');
  return {
    plan: { seed, customers, years, until },
    position: typeof position === 'string' && /^\d{1,19}$/.test(position) ? position : null,
  };
}

export interface WantedSimulation {
  readonly seed: number;
  readonly customers: number;
  readonly years: number;
  /** Without it: that of the history that is here already, otherwise the last full hour. */
  readonly until?: EpochMs;
}

export function planFor(
  wanted: WantedSimulation,
  remembered: RememberedSimulation | undefined,
  now: EpochMs,
): SimulationPlan {
  const before = remembered?.plan;
  const isSame = before?.seed === wanted.seed && before.customers === wanted.customers && before.years === wanted.years;
  const until = wanted.until ?? (isSame ? before.until : Math.floor(now / HOUR) * HOUR);
  return { seed: wanted.seed, customers: wanted.customers, years: wanted.years, until };
}

export const isSamePlan = (a: SimulationPlan, b: SimulationPlan | undefined): boolean =>
  b !== undefined && fingerprintOf(a) === fingerprintOf(b);
