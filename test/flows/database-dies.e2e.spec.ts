import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataFolder, safar, Standalone } from './support/safar-process.js';

const touchpoint = (id: string) => ({
  ...{ id, source: 'flow', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:15:00Z', data: {} },
  identifiers: [{ kind: 'customer_number', value: `c-${id.slice(-1)}` }],
});

/** What it logged of answers that it blames itself for. */
const mistakesOf = (standalone: Standalone): string =>
  standalone
    .output()
    .split('\n')
    .filter((line) => line.includes('"code":"internal"'))
    .join('\n');

jest.setTimeout(180_000);

describe('npm start, when its PostgreSQL is killed', () => {
  let folder: ReturnType<typeof dataFolder>;
  beforeEach(() => {
    folder = dataFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  const postmaster = (): number =>
    Number(readFileSync(path.join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

  /** Kills the server under load; the load goes on until it is accepted again, and everything that was accepted is stored. */
  async function survives(standalone: Standalone, key: string, name: string): Promise<void> {
    const post = (id: string) => standalone.request('POST', '/v1/touchpoints', touchpoint(id), key);
    const accepted: string[] = [];
    let [sent, running, killed, since] = [0, true, false, 0];
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (running) {
          const id = `${name}-${String((sent += 1))}`;
          const begunAfter = killed;
          const { status } = await post(id);
          // Busy or unknown is an answer; anything else would be a mistake, and the log says which.
          if (status !== 201 && status !== 503)
            throw new Error(`answered ${String(status)}: ${mistakesOf(standalone)}`);
          if (status === 201) accepted.push(id);
          if (status === 201 && begunAfter) since += 1;
          await pause(20);
        }
      }),
    );
    const until = async (holds: () => boolean): Promise<void> => {
      const deadline = Date.now() + 40_000;
      while (!holds() && Date.now() < deadline) await pause(20);
      expect(holds()).toBe(true);
    };
    await until(() => accepted.length > 50);
    process.kill(postmaster(), 'SIGKILL');
    killed = true;
    await until(() => standalone.output().includes('runs again') && since > 50).finally(() => (running = false));
    await load;
    const again = await Promise.all(accepted.map((id) => post(id)));
    expect(new Set(again.map(({ body }) => (body as { status: string }).status))).toEqual(new Set(['duplicate']));
    // Who feeds the read models tries again after a pause of its own, a moment after the store takes events again.
    let ready = await standalone.request('GET', '/readyz');
    for (const deadline = Date.now() + 90_000; ready.status === 503 && Date.now() < deadline;) {
      await pause(200);
      ready = await standalone.request('GET', '/readyz');
    }
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
    const last = again.map(({ body }) => (body as { position: string }).position).at(-1)!;
    const shown = await standalone.request('GET', `/v1/customers?limit=5&minPosition=${last}`, undefined, key);
    expect(shown.status).toBe(200);
    expect(await safar(folder.path, 'verify', '--json')).toMatchObject({ code: 0 });
  }

  it('starts it again and loses nothing that it acknowledged, whether it had started it or adopted it', async () => {
    const first = await Standalone.start(folder.path);
    const key = first.key!;
    await survives(first, key, 'started');
    await first.kill();
    const second = await Standalone.start(folder.path);
    expect(second.output()).toContain('already runs');
    await survives(second, key, 'adopted');
    expect(await second.stop()).toBe(0);
  });

  it('ends with an error and says why when it cannot be started again', async () => {
    const standalone = await Standalone.start(folder.path);
    const pid = postmaster();
    rmSync(path.join(folder.path, 'postgres/global'), { recursive: true });
    process.kill(pid, 'SIGKILL');
    expect(await standalone.ended()).toBe(1);
    expect(standalone.output()).toMatch(/PostgreSQL ended .* could not be started again/);
  });
});
