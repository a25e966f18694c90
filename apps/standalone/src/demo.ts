import { randomUUID } from 'node:crypto';
import { START } from '#kernel';
import { ConfigurationError, type Installation } from '#wiring';
import { runLive, skipHistory, storeHistory } from '../../cli/src/simulator/run-simulation.js';
import { planFor, remember, rememberedIn, type SimulationHome } from '../../cli/src/simulator/simulation-state.js';
import { Simulation, type SimulationPlan } from '../../cli/src/simulator/simulation.js';

type Say = (line: string) => void;

/** Small enough to be there within half a minute, beside everything else that a start does. */
const SMALL = { seed: 7, customers: 300, years: 1.5 };
const LIVE_PER_SECOND = 0.2;
/** Smaller than an import's: requests are answered in between. */
const BATCH_SIZE = 100;

export interface PreparedDemo {
  readonly plan: SimulationPlan;
  /** Stored by an earlier start. */
  readonly isLoaded: boolean;
}

const homeOf = ({ store, config }: Installation): SimulationHome => ({
  id: `${store.storeId}/${store.epoch.toString()}`,
  dataDir: config.dataDir,
});

/**
 * Which history is shown: that which is here already, or the small one. Made-up customers never come among real ones.
 * @throws ConfigurationError when the installation holds anything else
 */
export async function prepareDemo(installation: Installation): Promise<PreparedDemo> {
  const { store, clock } = installation;
  const remembered = await rememberedIn(homeOf(installation));
  const head = await store.head();
  if (remembered === undefined && head > START)
    throw new ConfigurationError([
      {
        variable: 'SAFAR_DATA_DIR',
        problem: 'holds touchpoints that are not the demo’s',
        remedy: 'Set SAFAR_DATA_DIR=./.safar-demo, so that the demo has a folder of its own.',
      },
    ]);
  const plan = planFor(remembered?.plan ?? SMALL, remembered, clock.now());
  // A store that was restored to an earlier time gets the rest again.
  const isLoaded = typeof remembered?.position === 'string' && head >= BigInt(remembered.position);
  return { plan, isLoaded };
}

/** Loads the history once, then lets life go on, slowly, until the signal. A failure is said and ends the demo, not the server. */
export async function showDemo(
  installation: Installation,
  { plan, isLoaded }: PreparedDemo,
  { say, signal }: { readonly say: Say; readonly signal: AbortSignal },
): Promise<void> {
  const context = { correlationId: randomUUID().replaceAll('-', ''), causationId: 'demo' };
  const recorder = {
    recordTouchpoints: (values: readonly unknown[]) => installation.recordTouchpoints(values, context),
  };
  const simulation = new Simulation(plan);
  try {
    if (isLoaded) await skipHistory(simulation, signal);
    else {
      const home = homeOf(installation);
      await remember(home, { plan, position: null });
      const { finished, tally, position } = await storeHistory({
        ...{ simulation, recorder, batchSize: BATCH_SIZE, concurrency: 1, signal },
      });
      if (!finished) return;
      await remember(home, { plan, position: position ?? null });
      say(`Demo: ${String(tally.accepted + tally.duplicate)} touchpoints are loaded; now one more every five seconds.`);
    }
    const { clock } = installation;
    await runLive({ simulation, recorder, perSecond: LIVE_PER_SECOND, now: () => clock.now(), signal });
  } catch (error) {
    if (!signal.aborted) say(`Demo: stopped, ${error instanceof Error ? error.message : String(error)}`);
  }
}
