import { assertStored } from '../append/measure.js';
import { emmett } from '../append/emmett.js';
import { startJob } from '../harness/child.js';
import { type Handler } from '../harness/jobs.js';
import { perEvent, startMeter } from '../harness/meter.js';
import { httpContestants } from './contestants.js';
import { openBenchInstallation } from './gateway.js';

/** Both schemas in one database: the gateway is the same whoever stores. */
export const prepareHttp: Handler<'http-prepare'> = async ({ url }) => {
  const { close } = await openBenchInstallation(url);
  await close();
  await emmett.prepare(url);
  return null;
};

/** The server, in this process alone: its time is what is counted, and the driver's is not. */
export const measureHttp: Handler<'http'> = async ({ way, load, window, ...target }, ready) => {
  const contestant = httpContestants[way];
  const { port, key, close } = await contestant.serve(target, load.connections);
  const driver = startJob('http-drive', { address: { port, key }, load, window });
  await driver.ready;
  await ready();
  const stop = startMeter(target.postmasterPid);
  driver.go();
  const { acknowledged, ...driven } = await driver.output;
  const reading = stop();
  await close();
  if (contestant.countSql !== undefined) await assertStored(target.url, contestant.countSql, acknowledged);
  return { ...driven, ...perEvent(reading, driven.events) };
};
