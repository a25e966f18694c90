import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KafkaCluster } from '#testing';
import { runJob, runTogether } from '../harness/child.js';
import { relayWays } from '../harness/jobs.js';
import { filledLog } from '../harness/log.js';
import { type Run, roundsOf } from '../harness/run.js';
import { together } from '../harness/sample.js';
import { rotated } from '../harness/schedule.js';
import { makeTopicAnew } from './topic.js';

export const kafkaCells = {
  relay: 'relay, 12 partitions',
  projector: 'timeline, one lane',
  processes: (count: number): string => `timeline, 12 lanes, ${String(count)} ${count === 1 ? 'process' : 'processes'}`,
  endToEnd: (perSecond: number): string => `acknowledged until shown, ${String(perSecond)} touchpoints/s`,
} as const;

const PROCESSES = [1, 2, 4] as const;
/** See libs/wiring/src/kafka.ts. */
const EVENTS_TOPIC = 'safar.events.v1';

/** Three brokers on this machine, which share its cores with everything that is measured. */
export async function runKafka(run: Run): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-bench-kafka-'));
  chmodSync(folder, 0o755);
  const cluster = await KafkaCluster.start(folder);
  // Brokers outlive whoever is interrupted.
  const kill = (): void => void cluster.stop();
  process.once('exit', kill);
  try {
    for (const round of roundsOf(run.options)) await measureRound(run, cluster.brokers, round);
  } finally {
    await cluster.stop();
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRound(run: Run, brokers: readonly string[], round: number): Promise<void> {
  const { projectionMs: limitMs, perSecond, queueMs, window } = run.options;
  const place = (cell: string, contestant: string) => ({ scenario: 'kafka', cell, contestant, round });
  for (const way of rotated(relayWays, round))
    await run.measure(place(kafkaCells.relay, way), { of: () => filledLog(run, 'safar') }, (target) =>
      runJob('kafka-relay', { ...target, way, brokers, topic: `bench-${way}`, limitMs }),
    );
  const one = { brokers, topic: 'bench-one-lane' };
  for (const [contestant, fedFrom] of rotated(
    [
      ['safar', 'topic'],
      ['embedded', 'store'],
    ] as const,
    round,
  ))
    await run.measure(place(kafkaCells.projector, contestant), { of: () => behind(run, one, 1) }, (target) =>
      runJob('kafka-project', { ...target, ...one, fedFrom, limitMs }),
    );
  const twelve = { brokers, topic: 'bench-twelve-lanes' };
  for (const count of rotated(PROCESSES, round))
    await run.measure(
      place(kafkaCells.processes(count), 'safar'),
      { of: () => behind(run, twelve, 12) },
      async (target) =>
        together(
          await runTogether(
            'kafka-project',
            Array.from({ length: count }, () => ({ ...target, ...twelve, fedFrom: 'topic' as const, limitMs })),
          ),
        ),
    );
  const of = (): Promise<string> =>
    run.template('safar_bench_kafka_whole', (target) => runJob('kafka-end-to-end-prepare', { ...target, brokers }));
  await run.measure(place(kafkaCells.endToEnd(perSecond), 'safar'), { of }, async (target) => {
    await makeTopicAnew(brokers, EVENTS_TOPIC);
    const whole = { ...window, measureMs: queueMs };
    return runJob('kafka-end-to-end', { ...target, brokers, perSecond, window: whole });
  });
}

/** A log in a topic, and a timeline that is far behind. */
const behind = (run: Run, place: { readonly brokers: readonly string[]; readonly topic: string }, lanes: number) =>
  run.template(`safar_bench_kafka_${String(lanes)}`, (target) =>
    runJob('kafka-prepare', { ...target, ...place, lanes, events: run.options.logEvents }),
  );
