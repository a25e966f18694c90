import { type Handler, type InputOf, type JobName, type Message } from './harness/jobs.js';

/** Loaded one at a time: a contestant's process holds nothing of the others. */
const handlers: { readonly [Name in JobName]: () => Promise<Handler<Name>> } = {
  prepare: async () => (await import('./append/prepare.js')).prepare,
  append: async () => (await import('./append/measure.js')).measureAppends,
  'delivery-write': async () => (await import('./delivery/write.js')).write,
  'delivery-read': async () => (await import('./delivery/read.js')).read,
  replay: async () => (await import('./replay/measure.js')).measureReplay,
  validate: async () => (await import('./validate/measure.js')).measureValidation,
  'http-prepare': async () => (await import('./http/measure.js')).prepareHttp,
  http: async () => (await import('./http/measure.js')).measureHttp,
  'http-drive': async () => (await import('./http/drive.js')).driveHttp,
  'queue-prepare': async () => (await import('./queue/prepare.js')).prepareQueue,
  'routing-prepare': async () => (await import('./routing/prepare.js')).prepareRouting,
  routing: async () => (await import('./routing/measure.js')).measureRouting,
  queue: async () => (await import('./queue/measure.js')).measureQueue,
  'kafka-relay': async () => (await import('./kafka/relay.js')).measureRelay,
  'kafka-prepare': async () => (await import('./kafka/prepare.js')).prepareKafka,
  'kafka-project': async () => (await import('./kafka/project.js')).projectKafka,
  'kafka-end-to-end-prepare': async () => (await import('./kafka/end-to-end.js')).prepareEndToEnd,
  'kafka-end-to-end': async () => (await import('./kafka/end-to-end.js')).measureEndToEnd,
  'kafka-app': async () => (await import('./kafka/end-to-end.js')).runApp,
  'kafka-drive': async () => (await import('./kafka/drive.js')).driveKafka,
  projection: async () => (await import('./projection/measure.js')).measureProjection,
};

const tell = (message: Message): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => {
      resolve();
    });
  });

async function work<Name extends JobName>(name: Name, input: InputOf<Name>): Promise<void> {
  const go = new Promise<void>((resolve) => {
    process.once('message', () => {
      resolve();
    });
  });
  try {
    const handler = await handlers[name]();
    const output = await handler(input, async () => {
      await tell({ type: 'ready' });
      await go;
    });
    await tell({ type: 'done', output });
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    // The message first: with source maps a stack begins with a line of code.
    await tell({ type: 'failed', error: `${known.message}\n${known.stack ?? ''}` });
  }
  // Pools that a contestant leaves open would keep the process alive.
  process.exit();
}

process.once('disconnect', () => process.exit(1));
process.once('message', ({ name, input }: { name: JobName; input: InputOf<JobName> }) => void work(name, input));
