import { startJob } from '../harness/child.js';
import { type Handler } from '../harness/jobs.js';
import { openBenchInstallation, serveGateway } from '../http/gateway.js';
import { PARTITIONS, REPLICAS } from './topic.js';

const environment = (brokers: readonly string[]): Readonly<Record<string, string>> => ({
  SAFAR_KAFKA_BROKERS: brokers.join(','),
  SAFAR_KAFKA_PARTITIONS: String(PARTITIONS),
  SAFAR_KAFKA_REPLICAS: String(REPLICAS),
});

/** The schema of a whole installation, and nothing in it. */
export const prepareEndToEnd: Handler<'kafka-end-to-end-prepare'> = async ({ url, brokers }) => {
  const { close } = await openBenchInstallation(url, environment(brokers));
  await close();
  return null;
};

/** A relay or a projector of every read model, in a process of its own, until it is told to end. */
export const runApp: Handler<'kafka-app'> = async ({ url, brokers, app }, ready) => {
  const { installation, close } = await openBenchInstallation(url, environment(brokers));
  if (app === 'relay') installation.startRelay();
  else installation.startProjections({}, 'bus');
  await ready();
  await close();
  return null;
};

/** Gateway, relay, projector and driver, a process each: from the answer to a touchpoint until its timeline shows it. */
export const measureEndToEnd: Handler<'kafka-end-to-end'> = async ({ url, brokers, perSecond, window }, ready) => {
  const apps = (['relay', 'projector'] as const).map((app) => startJob('kafka-app', { url, brokers, app }));
  await Promise.all(apps.map((app) => app.ready));
  const { port, key, close } = await serveGateway(url, ({ recordTouchpoints }) => recordTouchpoints, {
    environment: environment(brokers),
    scopes: ['touchpoints:write', 'timelines:read'],
  });
  const driver = startJob('kafka-drive', { address: { port, key }, perSecond, window });
  await driver.ready;
  await ready();
  driver.go();
  const sample = await driver.output;
  for (const app of apps) app.go();
  await Promise.all(apps.map((app) => app.output));
  await close();
  return sample;
};
