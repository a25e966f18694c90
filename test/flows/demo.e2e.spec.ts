import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cleanEnvironment, dataFolder, root, safar, Standalone, startCli } from './support/safar-process.js';

interface Told {
  readonly finished: boolean;
  readonly touchpoints: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
}
interface Simulated {
  readonly until: string;
  readonly history: Told;
  readonly live?: Told;
}
const small = ['simulate', '--customers', '30', '--years', '0.5', '--json'];
const reportOf = ({ stdout }: { readonly stdout: string }): Simulated => JSON.parse(stdout) as Simulated;

// Twelve thousand touchpoints and all that follows of them, on a slow machine with others at work on it.
jest.setTimeout(420_000);

describe('safar simulate', () => {
  const folder = dataFolder();
  afterAll(() => folder.remove());
  let first: Simulated;

  it('stores a history, whose customers are read in both languages', async () => {
    const ran = await safar(folder.path, ...small);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    first = reportOf(ran);
    expect(first.history).toMatchObject({ finished: true, touchpoints: { duplicate: 0, refused: 0 } });
    expect(first.history.touchpoints.accepted).toBeGreaterThan(500);
    const timeline = async (lang: string, customer = 'customer_number:AY-1001') =>
      (await safar(folder.path, 'timeline', customer, '--lang', lang, '--zone', 'Asia/Tehran')).stdout;
    expect(await timeline('en')).toMatch(/Complaint[\s\S]*Late delivery · Tondar Express/);
    expect(await timeline('fa')).toMatch(/شکایت[\s\S]*Tondar Express/);
    expect(await timeline('en', 'phone:+989550000001')).toContain('Late delivery');
  });

  it('stores nothing when it is run again, however much later', async () => {
    const again = reportOf(await safar(folder.path, ...small));
    expect(again.until).toBe(first.until);
    expect(again.history.touchpoints).toMatchObject({
      ...{ accepted: 0, refused: 0, duplicate: first.history.touchpoints.accepted },
    });
  });

  it('leaves one person as two customers, who are both named when she is looked for', async () => {
    const { code, stderr } = await safar(folder.path, 'timeline', 'email:sara.ahmadi@example.com');
    expect(code).toBe(2);
    expect(stderr).toMatch(/Several customers go by email:sara\.ahmadi@example\.com\.\n.*[0-9a-f-]{36}, [0-9a-f-]{36}/);
  });

  it('goes on live at its rate, with other touchpoints each time', async () => {
    const live = [...small, '--live', '--rate', '50/s', '--for', '2'];
    const reports = [reportOf(await safar(folder.path, ...live)), reportOf(await safar(folder.path, ...live))];
    for (const report of reports) {
      expect(report.history.touchpoints).toMatchObject({ accepted: 0, refused: 0 });
      expect(report.live!.touchpoints).toMatchObject({ duplicate: 0, refused: 0 });
      expect(report.live!.touchpoints.accepted).toBeGreaterThan(0);
      // Never more than the rate allows; how many less, the machine decides.
      expect(report.live!.touchpoints.accepted).toBeLessThanOrEqual(101);
    }
  });

  it('asks before it mixes histories', async () => {
    const other = await safar(folder.path, ...small, '--seed', '8');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('another simulated history');
    const state = path.join(folder.path, 'simulation.json');
    const remembered = readFileSync(state);
    rmSync(state);
    const unknown = await safar(folder.path, ...small);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('are not made up');
    expect(JSON.parse(remembered.toString())).toMatchObject({ seed: 7, customers: 30, years: 0.5 });
  });

  it('ends cleanly with Ctrl-C, and goes on to the same history', async () => {
    const interrupted = dataFolder();
    try {
      const child = startCli(interrupted.path, [
        'simulate',
        '--customers',
        '200',
        '--years',
        '2',
        '--json',
        '--no-wait',
      ]);
      child.stdin?.end();
      let stdout = '';
      child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      const closed = once(child, 'close');
      // As soon as it has begun to store.
      const state = path.join(interrupted.path, 'simulation.json');
      while (!exists(state)) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGINT');
      const [code] = (await closed) as [number];
      expect(code).toBe(130);
      const before = reportOf({ stdout }).history;
      expect(before.finished).toBe(false);
      const after = reportOf(
        await safar(interrupted.path, 'simulate', '--customers', '200', '--years', '2', '--json', '--no-wait'),
      ).history;
      expect(after).toMatchObject({
        finished: true,
        touchpoints: { duplicate: before.touchpoints.accepted, refused: 0 },
      });
    } finally {
      interrupted.remove();
    }
  });
});

const exists = (file: string): boolean => {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
};

describe('npm start -- --demo', () => {
  let folder: ReturnType<typeof dataFolder>;
  beforeEach(() => {
    folder = dataFolder();
  });
  afterEach(() => folder.remove());

  it('says that it is a demo, and loads its history once', async () => {
    const first = await Standalone.start(folder.path, { SAFAR_DEMO: 'true' });
    expect(first.output()).toContain('DEMO: a made-up shop');
    expect(first.output()).toContain('being loaded in the background');
    while (!first.output().includes('touchpoints are loaded')) await new Promise((resolve) => setTimeout(resolve, 100));
    const { key } = first;
    const page = await first.request('GET', '/v1/customers/customer_number:AY-1001', undefined, key);
    expect([200, 503]).toContain(page.status);
    expect(await first.stop()).toBe(0);
    const second = await Standalone.start(folder.path, { SAFAR_DEMO: 'true' });
    expect(second.output()).toContain('Its history is here');
    const answer = await second.request('GET', '/v1/customers?search=رستمی', undefined, key);
    expect(JSON.stringify(answer.body)).toContain('مینا رستمی');
    expect(await second.stop()).toBe(0);
  });

  it('does not start where other touchpoints are', async () => {
    const real = await Standalone.start(folder.path);
    await real.request('POST', '/v1/touchpoints', {
      ...{ id: '1', source: 'flow', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:15:00+03:30' },
      ...{ identifiers: [{ kind: 'customer_number', value: '12347' }], data: {} },
    });
    await real.stop();
    const start = () =>
      execFileSync(process.execPath, ['bin/start.mjs', '--demo'], {
        ...{ cwd: root, encoding: 'utf8', stdio: 'pipe' },
        env: cleanEnvironment({ SAFAR_DATA_DIR: folder.path, SAFAR_HTTP_PORT: '0' }),
      });
    expect(start).toThrow(/SAFAR_DATA_DIR holds touchpoints that are not the demo’s/);
  });
});
