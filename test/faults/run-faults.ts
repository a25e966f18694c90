import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Chance } from '../../apps/cli/src/simulator/chance.js';
import { type KafkaCluster, until } from '#testing';
import { check } from './checker/check.js';
import { observe, untilHealed } from './checker/observe.js';
import { type Held, type Observed } from './checker/observed.js';
import { type Violation } from './checker/violation.js';
import { Ledger } from './ledger/ledger.js';
import { planOf, type Targets } from './plan/plan.js';
import { Inflictor } from './supervisor/inflict.js';
import { allTwice, type ProcessCounts, TestedInstallation } from './supervisor/tested-installation.js';
import { Gateways } from './workload/gateways.js';
import { Workload } from './workload/workload.js';

export interface FaultRun {
  readonly seed: number;
  readonly kills: number;
  /** Without brokers there is no relay, and projectors read the store. */
  readonly cluster?: KafkaCluster | undefined;
  readonly counts?: ProcessCounts;
  /** Read models that are also built anew and compared. */
  readonly rebuilt?: readonly string[];
}

export interface FaultReport {
  readonly violations: readonly Violation[];
  readonly observed: Observed;
  /** What was done to it, and what became of its processes. */
  readonly tale: readonly string[];
  readonly acknowledged: number;
}

const CALLERS = 6;
/** So much has to be there before anything is broken. */
const WARM_UP = 30;

/** Runs Safar, breaks it by a plan under load, mends it, and looks at what is left. */
export async function runFaults({
  seed,
  kills,
  cluster,
  counts = allTwice,
  rebuilt = ['timeline'],
}: FaultRun): Promise<FaultReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-faults-'));
  chmodSync(folder, 0o755);
  const tested = await TestedInstallation.start({ folder, counts, cluster });
  const ledger = Ledger.open(path.join(folder, 'ledger.jsonl'));
  const inflictor = new Inflictor(tested, []);
  try {
    await tested.startApps();
    const gateways = new Gateways(tested.gatewayUrls, tested.key);
    const workload = new Workload({ seed, ledger, gateways, callers: CALLERS });
    workload.start();
    await until(() => workload.acknowledged >= WARM_UP, 'the workload is acknowledged', 60_000);
    const before = footprints(tested);
    await inflictor.follow(planOf(new Chance(seed, 1), kills, targetsOf(tested)));
    await inflictor.heal();
    await workload.stop();
    await workload.settle();
    const healedAfterMs = await untilHealed(tested);
    await tested.untilReady();
    const seen = await observe(tested, ledger, rebuilt);
    const observed = {
      ...seen,
      held: heldSince(tested, before),
      ...(healedAfterMs !== undefined && { healedAfterMs }),
    };
    const ends = [...tested.apps.values()].flatMap((app) => app.ends);
    const tale = [...inflictor.tale, ...ends];
    return { violations: check(observed), observed, tale, acknowledged: workload.acknowledged };
  } finally {
    await tested.stop();
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
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

function heldSince(tested: TestedInstallation, before: Footprints): readonly Held[] {
  return [...footprints(tested)].map(([process, after]) => {
    const then = before.get(process) ?? after;
    return {
      process,
      handles: [then.handles, after.handles],
      residentMb: [then.residentMb, after.residentMb],
      connections: tested.proxies.get(`${process} > postgres`)?.connections ?? 0,
    };
  });
}
