import { randomUUID } from 'node:crypto';
import { emptyTemplate } from '../append/scenario.js';
import { runJob, runTogether, startJob } from '../harness/child.js';
import { type LogName, type Target, type WritePlan } from '../harness/jobs.js';
import { type Options } from '../harness/options.js';
import { type Run, roundsOf } from '../harness/run.js';
import { type Sample } from '../harness/sample.js';
import { rotated } from '../harness/schedule.js';
import { audit } from './audit.js';

const stores: readonly LogName[] = ['safar', 'emmett'];
const PROCESSES = 4;
const WRITERS_PER_PROCESS = 8;

export const deliveryCell = `${String(PROCESSES * WRITERS_PER_PROCESS)} writers in ${String(PROCESSES)} processes`;

export async function runDelivery(run: Run): Promise<void> {
  for (const round of roundsOf(run.options))
    for (const store of rotated(stores, round)) {
      const place = { scenario: 'delivery', cell: deliveryCell, contestant: store, round };
      await run.measure(place, { of: () => emptyTemplate(run, store) }, (target) =>
        deliver(target, store, run.options),
      );
    }
}

async function deliver(target: Target, store: LogName, options: Options): Promise<Sample> {
  const end = randomUUID();
  const consumer = startJob('delivery-read', { ...target, store, untilStream: `persona-${end}` });
  await consumer.ready;
  consumer.go();
  const written = await runTogether(
    'delivery-write',
    Array.from({ length: PROCESSES }, () => ({ ...target, store, plan: planOf(options) })),
  );
  // After everything else: when the consumer was given this event, what it has not been given by then it never will be.
  const last: WritePlan = { personaIds: [end], durationMs: 0, eventsPerAppend: 1, jitterMs: 0 };
  await runJob('delivery-write', { ...target, store, plan: last });
  const { written: events, ...found } = audit(written.flat(), await consumer.output);
  return { events, ...found };
}

const planOf = ({ writeMs }: Options): WritePlan => ({
  personaIds: Array.from({ length: WRITERS_PER_PROCESS }, () => randomUUID()),
  durationMs: writeMs,
  // Longer appends overlap more. With 50 and 20 the control loses a tenth, with 5 and 10 it loses one event in a thousand.
  eventsPerAppend: 50,
  jitterMs: 20,
});
