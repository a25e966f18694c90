import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataFolder, root, startCli } from '../../flows/support/safar-process.js';

interface Month {
  readonly purchases: number;
  readonly returns: number;
  readonly revenue: string;
  readonly returned: string;
}

interface Expected {
  readonly lines: { readonly read: number; readonly inTouchpoints: number; readonly refusedByReason: object };
  readonly purchases: number;
  readonly returns: number;
  readonly customers: number;
  readonly months: Readonly<Record<string, Month>>;
}

interface Report {
  readonly finished: boolean;
  readonly applied: boolean | null;
  readonly lines: Expected['lines'] & { readonly refused: number };
  readonly touchpoints: { readonly accepted: number; readonly duplicate: number; readonly refused: number };
}

interface Exported {
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly recordedat: string;
  readonly correlationid: string;
  readonly causationid: string;
  readonly data: { readonly details: { readonly amount: { readonly amount: string; readonly currency: string } } };
}

const KILLS = 20;
const MAX_RESIDENT_KIB = 300 * 1024;
const source = path.join(process.env['SAFAR_TEST_DATA'] ?? '', 'online-retail/online-retail.csv.xz');
/** Persona ids come from the master key: with the same one, two installations can be compared. */
const settings = { SAFAR_MASTER_KEY: randomBytes(32).toString('base64') };

/** Most memory that the process ever had in use, in KiB. */
function peakOf(child: ChildProcess): { stop(): number } {
  let peakKib = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return peakKib;
    },
  };
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Everything that the log says, in its order, but when it was recorded and by which run. */
async function exported(dataDir: string): Promise<readonly Exported[]> {
  const file = path.join(dataDir, `export-${randomBytes(4).toString('hex')}.jsonl`);
  const child = startCli(dataDir, ['export', '-o', file], settings);
  child.stdin?.end();
  expect(await ended(child)).toMatchObject({ code: 0 });
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported);
}

const contentHash = (events: readonly Exported[]): string => {
  const hash = createHash('sha256');
  for (const { recordedat, correlationid, causationid, ...content } of events) hash.update(JSON.stringify(content));
  return hash.digest('hex');
};

async function readModelHashes(dataDir: string): Promise<Readonly<Record<string, string>>> {
  const child = startCli(dataDir, ['verify', 'customers', 'customer-identifiers', '--json'], settings);
  child.stdin?.end();
  const { code, stdout } = await ended(child);
  expect(code).toBe(0);
  const { projections } = JSON.parse(stdout) as { projections: { name: string; hash: string }[] };
  return Object.fromEntries(projections.map(({ name, hash }) => [name, hash]));
}

/** Hundredths and below, without a floating point number in between. */
const millionths = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

function byMonth(events: readonly Exported[]): Record<string, Record<keyof Month, bigint>> {
  const months: Record<string, Record<keyof Month, bigint>> = {};
  for (const { type, time, data } of events) {
    const month = (months[time.slice(0, 7)] ??= { purchases: 0n, returns: 0n, revenue: 0n, returned: 0n });
    const amount = millionths(data.details.amount.amount);
    if (type === 'touchpoint.purchase') {
      month.purchases += 1n;
      month.revenue += amount;
    } else {
      month.returns += 1n;
      month.returned += amount;
    }
  }
  return months;
}

describe('the whole Online Retail data set', () => {
  const whole = dataFolder();
  const killed = dataFolder();
  const csv = path.join(whole.path, 'online-retail.csv');
  let expected: Expected;
  let first: Report;

  beforeAll(() => {
    writeFileSync(csv, execFileSync('xz', ['-dc', source], { maxBuffer: 1 << 28 }));
    const script = path.join(root, 'test/real-data/online-retail/independent.py');
    expected = JSON.parse(execFileSync('python3', [script, csv], { encoding: 'utf8', maxBuffer: 1 << 28 })) as Expected;
  });
  afterAll(() => {
    whole.remove();
    killed.remove();
  });

  const importIt = (dataDir: string): ChildProcess =>
    startCli(
      dataDir,
      ['import', '--profile', 'online-retail', '--json', '--rejects', path.join(dataDir, 'refused.csv'), '-'],
      settings,
    );

  it('comes in through a pipe, every line accounted for, in less than 300 MB', async () => {
    const child = importIt(whole.path);
    const peak = peakOf(child);
    const xz = spawn('xz', ['-dc', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    xz.stdout.pipe(child.stdin!);
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stderr }).toMatchObject({ code: 3 });
    expect(peak.stop()).toBeLessThan(MAX_RESIDENT_KIB);
    first = JSON.parse(stdout) as Report;
    expect(first.applied).toBe(true);
    expect(first.lines.read).toBe(541_909);
    expect(first.lines.inTouchpoints + first.lines.refused).toBe(541_909);
    expect(first.lines).toMatchObject(expected.lines);
    expect(first.touchpoints).toMatchObject({
      accepted: expected.purchases + expected.returns,
      duplicate: 0,
      refused: 0,
    });
  }, 900_000);

  it('agrees with an independent computation over the file, month by month', async () => {
    const events = await exported(whole.path);
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(expected.customers);
    const wanted = Object.entries(expected.months).map(([month, { purchases, returns, revenue, returned }]) => [
      month,
      {
        purchases: BigInt(purchases),
        returns: BigInt(returns),
        revenue: millionths(revenue),
        returned: millionths(returned),
      },
    ]);
    expect(byMonth(events)).toEqual(Object.fromEntries(wanted));
  }, 300_000);

  it('stores nothing when it is imported again', async () => {
    const child = startCli(whole.path, ['import', '--profile', 'online-retail', '--json', csv], settings);
    child.stdin?.end();
    const { stdout } = await ended(child);
    const { accepted, duplicate } = (JSON.parse(stdout) as Report).touchpoints;
    expect({ accepted, duplicate }).toEqual({ accepted: 0, duplicate: first.touchpoints.accepted });
  }, 600_000);

  it('ends with the same log and the same rows when it is killed twenty times on the way', async () => {
    let kills = 0;
    for (let round = 0; kills < KILLS; round++) {
      const child = startCli(killed.path, ['import', '--profile', 'online-retail', '--json', csv], settings);
      child.stdin?.end();
      const end = ended(child);
      const finished = await Promise.race([
        end.then(() => true),
        pause(1_500 + Math.random() * 2_500).then(() => false),
      ]);
      // Twenty times in the middle: what is through before it was killed does not count and begins again.
      if (finished) continue;
      child.kill('SIGKILL');
      await end;
      kills++;
    }
    const last = startCli(killed.path, ['import', '--profile', 'online-retail', '--json', csv], settings);
    last.stdin?.end();
    const report = JSON.parse((await ended(last)).stdout) as Report;
    expect(report.lines).toMatchObject(expected.lines);
    expect(report.applied).toBe(true);

    expect(contentHash(await exported(killed.path))).toBe(contentHash(await exported(whole.path)));
    expect(await readModelHashes(killed.path)).toEqual(await readModelHashes(whole.path));
  }, 1_200_000);
});
