import { onFreePort } from './processes.js';

describe('a server that is started on a free port', () => {
  const taken = new Error('PostgreSQL ended while starting (1). could not bind IPv4 address: Address already in use');

  it('is tried on another one where somebody was faster', async () => {
    const ports: number[] = [];
    const start = (port: number): Promise<string> =>
      ports.push(port) < 3 ? Promise.reject(taken) : Promise.resolve('started');
    expect(await onFreePort(0, start)).toBe('started');
    expect(ports).toHaveLength(3);
  });

  it('is given up after a few, and at once where something else is wrong', async () => {
    let tries = 0;
    const failing = (error: Error) => () => {
      tries += 1;
      return Promise.reject(error);
    };
    await expect(onFreePort(0, failing(taken))).rejects.toBe(taken);
    expect(tries).toBe(5);
    const other = new Error('no space left on device');
    await expect(onFreePort(0, failing(other))).rejects.toBe(other);
    expect(tries).toBe(6);
  });
});
