import { serverCpuUs } from './process-accounts.js';

export interface Reading {
  readonly seconds: number;
  /** CPU time of this process, with all its threads. */
  readonly clientCpuUs: number;
  readonly serverCpuUs?: number;
}

/** Starts to measure; the function that comes back stops and tells. */
export function startMeter(postmasterPid: number | undefined): () => Reading {
  // The server's accounts take a few milliseconds to read: outside the window at both ends.
  const serverBefore = postmasterPid === undefined ? 0 : serverCpuUs(postmasterPid);
  const clientBefore = process.cpuUsage();
  const start = performance.now();
  return () => {
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(clientBefore);
    const reading = { seconds, clientCpuUs: user + system };
    return postmasterPid === undefined
      ? reading
      : { ...reading, serverCpuUs: serverCpuUs(postmasterPid) - serverBefore };
  };
}

/** CPU times per event, as a sample has them. */
export function perEvent(reading: Reading, events: number): { clientCpuUs: number; serverCpuUs?: number } {
  const clientCpuUs = reading.clientCpuUs / events;
  return reading.serverCpuUs === undefined
    ? { clientCpuUs }
    : { clientCpuUs, serverCpuUs: reading.serverCpuUs / events };
}
