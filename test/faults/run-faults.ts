import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Chance } from '../../apps/cli/src/simulator/chance.js';
import { until } from '#testing';
import { check } from './checker/check.js';
import { observe, untilAtRest, untilHealed } from './checker/observe.js';
import { type Held, type Observed } from './checker/observed.js';
import { type Violation } from './checker/violation.js';
import { Ledger } from './ledger/ledger.js';
import { partitionsOf, planOf, restartsOf, type Step, type Targets } from './plan/plan.js';
import { Inflictor } from './supervisor/inflict.js';
import { TestedInstallation, type TestedOptions } from './supervisor/tested-installation.js';
import { Gateways } from './workload/gateways.js';
import { Workload } from './workload/workload.js';

export interface FaultRun extends Omit<TestedOptions, 'folder' | 'shutdownDelayMs'> {
  readonly seed: number;
  /** What is done to it: so many kills and what comes between them, or exactly this. */
  readonly plan: { readonly kills: number } | { readonly steps: readonly Step[] };
  /** Of how many brokers the others are cut off, one after the other, before anything is killed. */
  readonly partitions?: number;
  /** How often every program is restarted in turn before that, behind a load balancer and without a failed request. */
  readonly restarts?: number;
  /** Read models that are given so many lanes before anything is broken. */
  readonly lanes?: Readonly<Record<string, number>>;
  /** Read models that are also built anew and compared. */
  readonly rebuilt: readonly string[];
  /** How long is waited for those that are behind. */
  readonly patienceMs: number;
  /** Told what is done to it and what becomes of its processes, as it happens. */
  readonly say: (line: string) => void;
  /** Done to the database before the programs start, and before the checker looks. */
  readonly before?: ((owner: TestedInstallation['owner']) => Promise<unknown>) | undefined;
  readonly after?: ((owner: TestedInstallation['owner']) => Promise<unknown>) | undefined;
}

export interface FaultReport {
  readonly violations: readonly Violation[];
  readonly observed: Observed;
  readonly acknowledged: number;
  /** Rebalances by which a lane of a read model at least came to another process. */
  readonly rebalanced: number;
  /** Most processes that were seen to have lanes of one read model between them. */
  readonly sharing: number;
  /** Timelines that were asked for what had been acknowledged, and answered. */
  readonly lookedUp: number;
  /** Of the restarts in turn. */
  readonly restarted: { readonly requests: number; readonly turnedAway: number };
}

const CALLERS = 6;
/** So much has to be there before anything is broken. */
const WARM_UP = 30;
/** Several looks of the load balancer. */
const SHUTDOWN_DELAY_MS = 5_000;

/** Runs Safar, breaks it by a plan under load, mends it, and looks at what is left. */
export async function runFaults(run: FaultRun): Promise<FaultReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-faults-'));
  chmodSync(folder, 0o755);
  const shutdownDelayMs = (run.restarts ?? 0) > 0 ? SHUTDOWN_DELAY_MS : 0;
  const tested = await TestedInstallation.start({ ...run, folder, shutdownDelayMs });
  const ledger = Ledger.open(path.join(folder, 'ledger.jsonl'));
  try {
    return await breakAndMend(run, tested, ledger);
  } finally {
    await tested.stop();
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function breakAndMend(run: FaultRun, tested: TestedInstallation, ledger: Ledger): Promise<FaultReport> {
  const { seed, plan, rebuilt, patienceMs } = run;
  await run.before?.(tested.owner);
  await tested.startApps();
  const gateways = new Gateways(tested.gatewayUrls, tested.key);
  const workload = new Workload({ seed, ledger, gateways, callers: CALLERS });
  workload.start();
  await until(() => workload.acknowledged >= WARM_UP, 'the workload is acknowledged', 60_000);
  await divide(tested, run.lanes ?? {});
  const before = footprints(tested);
  const inflictor = new Inflictor(tested, run.say);
  const restarted = await restartInTurn(run.restarts ?? 0, { inflictor, workload, gateways, tested });
  await inflictor.follow('steps' in plan ? plan.steps : stepsOf(run, plan.kills, tested));
  await inflictor.heal();
  const tell = (what: string): void => {
    inflictor.tell(what);
  };
  // From now on, not from when everything is answered: that itself takes as long as somebody is behind.
  const healing = untilHealed(tested, patienceMs, tell);
  await workload.stop();
  await workload.settle();
  inflictor.tell('everything is answered');
  const caughtUpAfterMs = await healing;
  const healedAfterMs = (await untilAtRest(tested, patienceMs, tell)) ? caughtUpAfterMs : undefined;
  // Whoever was behind until now has shown that already.
  const unready = healedAfterMs === undefined ? [] : await tested.unready();
  inflictor.tell(healedAfterMs === undefined ? 'somebody is still behind' : 'nobody is behind');
  await run.after?.(tested.owner);
  const seen = await observe(tested, { ledger, gateways, rebuilt });
  const held = heldSince(tested, before);
  const { badEnds, rebalanced, sharing } = inflictor;
  const observed = { ...seen, unready, held, badEnds, ...(healedAfterMs !== undefined && { healedAfterMs }) };
  for (const app of tested.apps.values()) for (const line of [...app.ends, ...app.warnings()]) run.say(line);
  const { acknowledged, lookedUp } = workload;
  return { violations: check(observed), observed, acknowledged, lookedUp, restarted, rebalanced, sharing };
}

function stepsOf(run: FaultRun, kills: number, tested: TestedInstallation): readonly Step[] {
  const { seed, links, partitions = 0 } = run;
  if (kills === 0) return [];
  return [
    ...partitionsOf([...(links?.keys() ?? [])].slice(0, partitions)),
    ...planOf(new Chance(seed, 1), kills, targetsOf(tested)),
  ];
}

/** A read model with several lanes is a new build with as many; whoever feeds it takes them as they come free. */
async function divide({ observer }: TestedInstallation, lanes: Readonly<Record<string, number>>): Promise<void> {
  const admin = observer.projectionAdmin({ actor: { kind: 'operator', id: 'faults' } });
  for (const [name, count] of Object.entries(lanes)) await admin.rebuild(name, { lanes: count });
}

interface Restarted {
  readonly inflictor: Inflictor;
  readonly workload: Workload;
  readonly gateways: Gateways;
  readonly tested: TestedInstallation;
}

/** One after the other, as a deployment replaces them: whoever asks must not notice. */
async function restartInTurn(
  rounds: number,
  { inflictor, workload, gateways, tested }: Restarted,
): Promise<FaultReport['restarted']> {
  const before = { requests: workload.asked, turnedAway: workload.turnedAway };
  if (rounds === 0) return { requests: 0, turnedAway: 0 };
  const over = new AbortController();
  const balancing = gateways.balance(over.signal);
  workload.expectAnswers(true);
  await inflictor.follow(restartsOf(targetsOf(tested), rounds));
  workload.expectAnswers(false);
  over.abort();
  await balancing;
  return { requests: workload.asked - before.requests, turnedAway: workload.turnedAway - before.turnedAway };
}

const targetsOf = (tested: TestedInstallation): Targets => ({
  apps: [...tested.apps.keys()],
  brokers: tested.cluster?.nodes ?? [],
  links: [...tested.proxies.keys()],
});

type Footprints = ReadonlyMap<string, { readonly handles: number; readonly residentMb: number }>;

const footprints = ({ apps }: TestedInstallation): Footprints =>
  new Map(
    [...apps].flatMap(([name, app]) => {
      const footprint = app.footprint();
      return footprint ? [[name, footprint] as const] : [];
    }),
  );

/** Whoever stood by may do all the work by now: together is what the processes of a program held. */
function heldSince(tested: TestedInstallation, before: Footprints): readonly Held[] {
  return [...footprints(tested)].map(([process, after]) => {
    const app = tested.apps.get(process)?.app;
    const alike = [...before].filter(([name]) => tested.apps.get(name)?.app === app).map(([, footprint]) => footprint);
    return {
      process,
      handles: [alike.reduce((sum, { handles }) => sum + handles, 0), after.handles],
      residentMb: [Math.max(0, ...alike.map(({ residentMb }) => residentMb)), after.residentMb],
      connections: tested.proxies.get(`${process} > postgres`)?.connections ?? 0,
    };
  });
}
