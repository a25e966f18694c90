import { type Handler } from '../harness/jobs.js';
import { quantile } from '../harness/statistics.js';
import { Connection } from './connection.js';
import { Requests } from './requests.js';

/** Its cost goes on falling for many seconds; longer than the other scenarios, so that mostly the settled cost is measured. */
const WARM_UP_WINDOWS = 5;

/** Runs requests on each connection, one after the other, until it is time; every answer was waited for when it ends. */
async function drive(
  connections: readonly (readonly [Connection, Requests])[],
  durationMs: number,
): Promise<{ events: number; seconds: number; latencies: readonly number[] }> {
  const start = performance.now();
  const latencies: number[] = [];
  let events = 0;
  await Promise.all(
    connections.map(async ([connection, requests]) => {
      for (let sent = performance.now(); sent < start + durationMs; sent = performance.now()) {
        const request = requests.next();
        await connection.ask(request.text);
        latencies.push(performance.now() - sent);
        events += request.events;
      }
    }),
  );
  return { events, seconds: (performance.now() - start) / 1_000, latencies };
}

/** The other side of the connections, in a process of its own. It warms the server up before it is ready. */
export const driveHttp: Handler<'http-drive'> = async ({ address, load, window }, ready) => {
  const connections = await Promise.all(
    Array.from({ length: load.connections }, async (_, index) => {
      const requests = new Requests(address, index, load.connections, load.eventsPerRequest);
      return [await Connection.open(address.port), requests] as const;
    }),
  );
  const warmUp = await drive(connections, WARM_UP_WINDOWS * window.warmUpMs);
  await ready();
  const { events, seconds, latencies } = await drive(connections, window.measureMs);
  for (const [connection] of connections) connection.close();
  return {
    events,
    seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    acknowledged: warmUp.events + events,
  };
};
