import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { toCloudEvent } from '#contracts';
import { NoSuchBuildError } from '#platform/projections';
import { exitCodes } from './exit-codes.js';
import { auditVerified, memoryInstallation, run, verified } from './fixtures/memory-safar.js';
import { type Installation } from './ports.js';
import { MemoryRecorder } from './fixtures/memory-recorder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safar-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const commands = ['import', 'simulate', 'timeline', 'tail', 'export', 'erase', 'verify', 'doctor'];
const subcommands = [
  'audit verify',
  'audit list',
  'keys create',
  'keys list',
  'keys revoke',
  'keys rotate',
  'users add',
  'users list',
  'users role',
  'users disable',
  'users reset-password',
  'users sessions',
  'store status',
  'store raise-epoch',
  'projections status',
  'projections rebuild',
  'projections promote',
  'projections rollback',
  'projections drop',
  'projections parked',
  'projections release',
  'projections discard',
  'reactions status',
  'reactions parked',
  'reactions release',
  'reactions discard',
  'reactions resume',
  'routing replay',
  'calendars holidays',
  'quarantine list',
  'quarantine redrive',
  'quarantine discard',
];

describe('safar', () => {
  it.each([...commands, ...subcommands])('%s has --json and examples in its help', async (command) => {
    const { code, stdout } = await run([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/--json/);
    expect(stdout).toMatch(/Examples:\n {2}\$ safar /);
  });

  it('names every exit code in its help, and in the documentation', async () => {
    const { stdout } = await run(['--help']);
    const documentation = readFileSync(path.resolve(__dirname, '../../../docs/how-to/command-line.md'), 'utf8');
    for (const { code, meaning } of Object.values(exitCodes)) {
      expect(stdout).toContain(`${String(code)}  ${meaning.replaceAll('`', '')}`);
      expect(documentation).toMatch(
        new RegExp(`\\| ${String(code)} +\\| ${meaning.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} +\\|`),
      );
    }
    for (const command of [...commands, ...subcommands]) expect(documentation).toContain(`safar ${command}`);
  });

  it('tells a wrong use as JSON to a machine', async () => {
    for (const parameters of [['frobnicate'], ['erase'], ['timeline', 'a:b', '--limit', '0']]) {
      const { code, stderr } = await run([...parameters, '--json']);
      expect(code).toBe(2);
      expect(JSON.parse(stderr)).toMatchObject({ error: { ending: 'usage', message: expect.any(String) } });
    }
  });

  it.each([
    [['frobnicate']],
    [['timeline']],
    [['timeline', 'a:b', '--limit', '0']],
    [['import', 'x', '--batch-size', '501']],
    [['keys', 'create', '--name', 'x', '--scope', 'everything']],
    [['keys', 'create', '--name', 'x', '--scope', 'browser:write,admin']],
    [['keys', 'create', '--name', 'x', '--origin', 'https://shop.example']],
    [['keys', 'create', '--name', 'x', '--scope', 'browser:write', '--origin', 'shop.example']],
    [['timeline', 'a:b', '--zone', 'Mars']],
  ])('ends with 2 when it is used wrongly: %j', async (parameters) => {
    const { code, stdout, stderr } = await run(parameters);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('tells what is wrong in one line, with a remedy, and as JSON when that is asked for', async () => {
    const { code, stderr } = await run(['timeline', 'customer_number:2']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^safar: Nobody is known by customer_number:2\.\n→ Name a customer id.*\n$/);
    const machine = await run(['timeline', 'customer_number:2', '--json']);
    expect(JSON.parse(machine.stderr)).toMatchObject({
      error: { ending: 'notFound', message: 'Nobody is known by customer_number:2.' },
    });
  });

  it('shows no stack of an unexpected error', async () => {
    const broken = memoryInstallation({ timeline: () => Promise.reject(new Error('the network is down')) });
    const { code, stderr } = await run(['timeline', 'customer_number:1'], broken);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'safar: the network is down\n→ safar doctor looks for the cause; SAFAR_DEBUG=1 shows where it happened.\n',
    );
  });

  it('closes what it opened, also after a failure', async () => {
    let closed = 0;
    const close = (): Promise<void> => Promise.resolve(void (closed += 1));
    await run(['timeline', 'customer_number:1'], memoryInstallation({ close }));
    await run(['timeline', 'customer_number:2'], memoryInstallation({ close }));
    expect(closed).toBe(2);
  });
});

describe('safar timeline', () => {
  it('shows the newest entry last, unless it is told otherwise', async () => {
    const order = async (...more: string[]): Promise<readonly string[]> =>
      (await run(['timeline', 'customer_number:1', '--zone', 'UTC', ...more])).stdout.match(/\d December/g) ?? [];
    expect(await order()).toEqual(['6 December', '7 December']);
    expect(await order('--order', 'desc')).toEqual(['7 December', '6 December']);
  });

  it('answers the page as one document with --json', async () => {
    const { stdout } = await run(['timeline', 'customer_number:1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      data: [{ kind: 'purchase' }, { kind: 'purchase' }],
      page: { next: null },
    });
  });
});

describe('safar import', () => {
  const file = path.resolve(__dirname, '../../../test/fixtures/online-retail/excerpt.csv');

  it('proves in its summary that no line is missing, and ends with 3 when some were refused', async () => {
    const installation = memoryInstallation({ dataDir: folder });
    const { code, stdout, stderr } = await run(
      ['import', file, '-p', 'online-retail', '--rejects', path.join(folder, 'r.csv')],
      installation,
    );
    expect(code).toBe(3);
    expect(stdout).toContain('lines        134 read = 115 in touchpoints + 19 refused');
    expect(stdout).toContain('14 accepted · 0 duplicate · 0 refused  (9 purchase, 5 return)');
    expect(stderr).toBe('');
  });

  it('says the same to machines, and nothing else', async () => {
    const installation = memoryInstallation({ dataDir: folder });
    const { stdout, stderr } = await run(
      ['import', file, '-p', 'online-retail', '--json', '--rejects', path.join(folder, 'r.csv')],
      installation,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      input: 'excerpt.csv',
      profile: 'online-retail',
      finished: true,
      lines: { read: 134, inTouchpoints: 115, refused: 19, refusedByReason: { no_customer: 18, no_priced_line: 1 } },
      touchpoints: { accepted: 14, duplicate: 0, refused: 0, byKind: { purchase: 9, return: 5 } },
      applied: true,
    });
    expect(stderr).toBe('');
  });

  it('ends with 0 when nothing was refused, and with 2 for a profile or a file that cannot be used', async () => {
    const touchpoints = path.join(folder, 'touchpoints.jsonl');
    writeFileSync(touchpoints, '{"id":"1","source":"s","kind":"visit"}\n');
    const recorder = new MemoryRecorder();
    const installation = memoryInstallation({
      dataDir: folder,
      recordTouchpoints: (values) => recorder.recordTouchpoints(values),
    });
    expect((await run(['import', touchpoints], installation)).code).toBe(0);
    expect(recorder.stored).toHaveLength(1);
    expect((await run(['import', file])).stderr).toMatch(/A CSV needs a mapping profile/);
    expect((await run(['import', file, '-p', 'nothing'])).code).toBe(2);
    expect((await run(['import', path.join(folder, 'none.csv'), '-p', 'online-retail'])).code).toBe(2);
    expect((await run(['import', touchpoints, '--rejects', touchpoints])).stderr).toMatch(/would overwrite the input/);
  });
});

describe('safar erase', () => {
  it('does nothing unless somebody confirms it', async () => {
    let erased = 0;
    const installation = memoryInstallation({
      erase: () => Promise.reject(new Error(`erased ${String((erased += 1))}`)),
    });
    const { code, stderr } = await run(['erase', 'customer_number:1'], installation);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Add --yes to do it/);
    expect(erased).toBe(0);
  });

  it('answers with the position of the erasure', async () => {
    const { code, stdout } = await run(['erase', 'customer_number:1', '--yes', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      customerId: 'c1',
      erasedAt: '1970-01-01T00:00:00.000Z',
      position: '7',
      reason: 'customer_request',
    });
    expect((await run(['erase', 'customer_number:2', '--yes'])).code).toBe(5);
  });
});

describe('safar export', () => {
  const event = toCloudEvent({
    ...{
      id: 'e1',
      type: 'touchpoint.visit',
      schemaVersion: 1,
      key: 'k',
      occurredAt: 0,
      data: { kind: 'visit' },
      stream: 's',
    },
    ...{
      meta: { source: '/sources/s', correlationId: 'c', causationId: 'c' },
      version: 1,
      position: 5n,
      recordedAt: 0,
    },
  });

  it('writes one event a line, and personal data only when that is confirmed', async () => {
    const asked: boolean[] = [];
    const installation = memoryInstallation({
      async *exportEvents({ personal }) {
        asked.push(personal);
        yield event;
        yield event;
      },
    });
    const { stdout, stderr } = await run(['export'], installation);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([event, event]);
    expect(stderr).toBe('2 events\n');
    expect((await run(['export', '--personal'], installation)).code).toBe(2);
    await run(['export', '--personal', '--yes'], installation);
    expect(asked).toEqual([false, true]);
  });

  it('makes a new file that only its owner can read, and replaces none', async () => {
    const output = path.join(folder, 'events.jsonl');
    expect((await run(['export', '-o', output])).code).toBe(0);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect((await run(['export', '-o', output])).stderr).toMatch(/cannot be written/);
  });

  describe('on a disk that is full', () => {
    const full = (): NodeJS.ErrnoException =>
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    let closed: number;
    const installation = (): Installation =>
      memoryInstallation({
        exportEvents: async function* () {
          yield event;
        },
        close: () => {
          closed += 1;
          return Promise.resolve();
        },
      });
    beforeEach(() => {
      closed = 0;
    });
    afterEach(() => jest.restoreAllMocks());

    it('says so, leaves no half of a file, and lets go of the installation', async () => {
      const output = path.join(folder, 'events.jsonl');
      const handle = await open(path.join(folder, 'other'), 'w');
      jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'appendFile').mockRejectedValue(full());
      await handle.close();
      const { code, stderr } = await run(['export', '-o', output], installation());
      expect([code, closed, existsSync(output)]).toEqual([1, 1, false]);
      expect(stderr).toMatch(/events\.jsonl is removed: .*ENOSPC.*\n→ Make room/);
    });

    it.each([
      ['at once', 'throw'],
      ['later', 'tell'],
    ])('says so when standard output fails %s', async (_when, way) => {
      const stdout = new Writable({
        write(_chunk, _encoding, done) {
          if (way === 'throw') throw full();
          setImmediate(() => {
            done(full());
          });
        },
      });
      const { code, stderr } = await run(['export'], installation(), [], stdout);
      expect([code, closed]).toEqual([1, 1]);
      expect(stderr).toMatch(/Standard output cannot be written: ENOSPC/);
    });
  });
});

describe('safar tail', () => {
  it('stops after as many as it is told to', async () => {
    expect((await run(['tail', '--limit', '1', '--json'])).stdout.trim().split('\n')).toHaveLength(1);
    expect((await run(['tail', '--after', 'yesterday'])).code).toBe(2);
  });
});

describe('safar verify', () => {
  it('ends with 4 and names the first row that differs', async () => {
    expect((await run(['verify'])).code).toBe(0);
    const different = {
      ...verified,
      ok: false,
      differences: 2,
      first: { key: ['a', '7'], kind: 'different', column: 'amount', expected: '1.00', found: '2.00' },
    } as const;
    const installation = memoryInstallation({
      projections: { ...memoryInstallation().projections, verify: () => Promise.resolve(different) },
    });
    const { code, stdout } = await run(['verify', 'timeline'], installation);
    expect(code).toBe(4);
    expect(stdout).toContain('✗ timeline v1.1 differs in 2 rows');
    expect(stdout).toContain('first at [a, 7]: amount is "2.00" and should be "1.00"');
    expect((await run(['verify', 'nothing'])).code).toBe(5);
  });
});

describe('safar projections', () => {
  it.each([
    [['release', 'timeline', 'nokey'], 'Nothing of nokey is parked in timeline.'],
    [['discard', 'timeline', 'nokey', '--reason', 'none'], 'Nothing of nokey is parked in timeline.'],
    [['promote', 'timeline', '--build', '99'], 'timeline has no build 99'],
    [['rollback', 'timeline'], 'timeline has no build 99'],
    [['rebuild', 'nothing'], 'There is no projection nothing.'],
  ])('%j ends with 5 and a remedy: there is none', async (parameters, message) => {
    const missing = () => Promise.reject(new NoSuchBuildError('timeline has no build 99'));
    const { projections } = memoryInstallation();
    const installation = memoryInstallation({
      projections: {
        ...projections,
        ...{ promote: missing, rollback: missing, release: () => Promise.resolve([]) },
        discard: () => Promise.resolve({ discarded: 0, released: [] }),
      },
    });
    const { code, stderr } = await run(['projections', ...parameters], installation);
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringMatching(/→ .{10}/) });
    expect(stderr).toContain(message);
  });
});

describe('safar reactions', () => {
  it.each([
    [['release', 'conversation-clocks', 'nokey'], 'Nothing of nokey is parked in conversation-clocks.'],
    [['parked', 'nothing'], 'There is no reaction nothing.'],
  ])('%j ends with 5 and a remedy: there is none', async (parameters, message) => {
    const { code, stderr } = await run(['reactions', ...parameters]);
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringMatching(/→ .{10}/) });
    expect(stderr).toContain(message);
  });

  it('shows a parked timer by the name that discard takes with its position, and wants both', async () => {
    const trigger = {
      ...{ name: 'conversation-clocks', version: 1, key: 'k', position: 7n, timer: 'due', dueAt: 5, readAfter: 7n },
      ...{ type: 'timer', attempts: 1, error: 'no such thing', firstAt: 6, status: 'parked' as const },
    };
    const asked: unknown[] = [];
    const { reactions } = memoryInstallation();
    const installation = memoryInstallation({
      reactions: {
        ...reactions,
        parked: () => Promise.resolve({ triggers: [trigger], commands: [] }),
        discard: (_name, target) => {
          asked.push(target);
          return Promise.resolve({
            ...{ discarded: 1, released: { triggers: 0, commands: 0, stillParked: 0, error: null } },
          });
        },
      },
    });
    expect((await run(['reactions', 'parked'], installation)).stdout).toMatch(/timer +7 +due +parked/);
    const discard = ['reactions', 'discard', 'conversation-clocks', 'k', '--reason', 'r', '--timer', 'due'];
    expect(await run(discard, installation)).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('--timer needs the --position') as unknown },
    });
    expect((await run([...discard, '--position', '7'], installation)).code).toBe(0);
    expect(asked).toEqual([{ key: 'k', position: 7n, timer: 'due' }]);
  });

  it('releases and discards for whoever is at the keyboard, with their reason, and says what it did', async () => {
    const left = { k: 3, l: 2 };
    const asked: unknown[] = [];
    const { reactions } = memoryInstallation();
    const take = (key: string): number => {
      const count = key === 'k' || key === 'l' ? left[key] : 0;
      if (key === 'k' || key === 'l') left[key] = 0;
      return count;
    };
    const none = { triggers: 0, commands: 0, stillParked: 0, error: null };
    const installation = memoryInstallation({
      reactions: {
        ...reactions,
        release: (name, key, decision) => {
          asked.push(['release', name, key, decision]);
          return Promise.resolve({ ...none, triggers: take(key) });
        },
        discard: (name, target, decision) => {
          asked.push(['discard', name, target, decision]);
          return Promise.resolve({ discarded: take(target.key), released: none });
        },
      },
    });
    const says = (...parameters: readonly string[]) => run(['reactions', ...parameters], installation);
    const of = (key: string) => ['conversation-clocks', key] as const;
    const by = expect.stringMatching(/^cli:./) as unknown;

    // Without a reason nothing is thrown away, nor is anything at a position that is none.
    expect((await says('discard', ...of('k'))).code).toBe(2);
    expect((await says('discard', ...of('k'), '--reason', 'r', '--position', 'x')).code).toBe(2);
    expect((await says('discard', 'nothing', 'k', '--reason', 'r')).code).toBe(5);
    expect(asked).toEqual([]);

    const released = await says('release', ...of('k'), '--reason', 'mended');
    expect(released).toMatchObject({ code: 0, stderr: '' });
    expect(released.stdout).toBe('Released 3 events and timers and 0 commands of k; 0 are still parked.\n');
    expect((await says('release', ...of('k'))).code).toBe(5);
    const discarded = await says('discard', ...of('l'), '--reason', 'sent by a test', '--json');
    expect([discarded.code, JSON.parse(discarded.stdout)]).toEqual([0, { discarded: 2, released: none }]);
    expect((await says('discard', ...of('l'), '--reason', 'again')).code).toBe(5);
    expect(asked).toEqual([
      ['release', ...of('k'), { by, reason: 'mended' }],
      ['release', ...of('k'), { by }],
      ['discard', 'conversation-clocks', { key: 'l' }, { by, reason: 'sent by a test' }],
      ['discard', 'conversation-clocks', { key: 'l' }, { by, reason: 'again' }],
    ]);
  });

  it('tells what stays parked after a release that failed, and ends with 1', async () => {
    const { reactions } = memoryInstallation();
    const release = () => Promise.resolve({ triggers: 0, commands: 1, stillParked: 2, error: 'no such thing' });
    const installation = memoryInstallation({ reactions: { ...reactions, release } });
    const { code, stdout } = await run(['reactions', 'release', 'conversation-clocks', 'k'], installation);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('2 are still parked: no such thing') });
  });
});

describe('safar doctor', () => {
  it('ends with 1 when a check fails, and says what to do', async () => {
    const { code, stdout } = await run(['doctor'], undefined, [
      { name: 'Node.js', status: 'ok', detail: '24.0.0' },
      { name: 'disk', status: 'failed', detail: 'full', remedy: 'Make room.' },
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ disk +full\n +→ Make room\./);
    expect((await run(['doctor', '--json'])).code).toBe(0);
  });
});

describe('safar keys', () => {
  it('prints a new key alone on standard output, for scripts', async () => {
    const { stdout, stderr } = await run(['keys', 'create', '--name', 'web-shop']);
    expect(stdout).toBe('safar_x_y\n');
    expect(stderr).toContain('not shown again');
    expect((await run(['keys', 'revoke', 'k2'])).code).toBe(5);
    expect((await run(['keys', 'rotate', 'k1'])).code).toBe(5);
  });
});

describe('safar users', () => {
  it('prints a new password alone on standard output, for scripts, and never again', async () => {
    const { stdout, stderr } = await run(['users', 'add', 'reza', '--role', 'lead,analyst']);
    expect(stdout).toBe('shown-once\n');
    expect(stderr).toContain('not shown again');
    expect(stderr).not.toContain('shown-once');
    const json = await run(['users', 'reset-password', 'sara', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ id: 'u1', name: 'sara', password: 'shown-once' });
    expect((await run(['users', 'list', '--json'])).stdout).not.toContain('shown-once');
  });

  it('says what is wrong and ends with its code', async () => {
    expect((await run(['users', 'add', 'taken'])).code).toBe(1);
    expect((await run(['users', 'add', 'reza', '--role', 'root'])).code).toBe(2);
    expect((await run(['users', 'role', 'nobody', '--role', 'lead'])).code).toBe(5);
    expect((await run(['users', 'role', 'sara'])).code).toBe(2);
    const last = await run(['users', 'disable', 'sara']);
    expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('--role admin')]);
    expect((await run(['users', 'sessions', 'nobody'])).code).toBe(5);
    expect((await run(['users', 'sessions', '--end'])).code).toBe(2);
    expect((await run(['users', 'sessions', 'sara', '--end'])).stdout).toContain('2 session(s)');
  });
});

describe('safar audit', () => {
  it('verifies, and ends with 6 and the first broken entry when the chain was changed', async () => {
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0, stdout: expect.stringContaining('3 entries') });
    const broken = { ...auditVerified, ok: false, broken: { sequence: 2n, problem: 'missing' as const } };
    const changed = memoryInstallation();
    const installation = { ...changed, audit: { ...changed.audit, verify: () => Promise.resolve(broken) } };
    expect(await run(['audit', 'verify'], installation)).toMatchObject({
      code: exitCodes.brokenChain.code,
      stdout: expect.stringContaining('broken at entry 2: it is missing'),
    });
    expect(JSON.parse((await run(['audit', 'verify', '--json'], installation)).stdout)).toMatchObject({
      ok: false,
      broken: { sequence: '2', problem: 'missing' },
    });
  });

  it('lists entries, for people and for machines, and records that somebody looked', async () => {
    const recorded: unknown[] = [];
    const plain = memoryInstallation();
    const record = (entry: unknown) => {
      recorded.push(entry);
      return Promise.resolve();
    };
    const { stdout } = await run(['audit', 'list', '--json', '--since', '2026-03-21'], {
      ...plain,
      audit: { ...plain.audit, record },
    });
    expect(JSON.parse(stdout)).toMatchObject({ sequence: '1', action: 'customer.erased', details: { count: 1 } });
    expect((await run(['audit', 'list'])).stdout).toContain('operator:cli:sara');
    expect(recorded).toMatchObject([{ action: 'audit.read', actor: { kind: 'operator' } }]);
  });

  it('refuses a time that is none', async () => {
    expect((await run(['audit', 'list', '--since', 'yesterday'])).code).toBe(2);
  });

  it('names what a topic is not like, and ends with 1', async () => {
    const { code, stdout } = await run(['kafka', 'init']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✓ events {2}made\n✗ others {2}not as it has to be.*\n {4}partitions {2}is 6, has to be 12/);
  });

  it('does not restart the relay unasked', async () => {
    expect((await run(['kafka', 'restart'])).code).toBe(2);
    expect(await run(['kafka', 'restart', '--yes'])).toMatchObject({ code: 0 });
  });
});
