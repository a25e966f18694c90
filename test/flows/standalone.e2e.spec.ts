import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { cleanEnvironment, dataFolder, root, safar, Standalone } from './support/safar-process.js';

const touchpoint = (id: string, text = 'Hello') => ({
  id,
  source: 'flow',
  kind: 'message',
  channel: 'chat',
  occurredAt: '2026-03-21T10:15:00+03:30',
  identifiers: [{ kind: 'customer_number', value: '12347' }],
  data: { author: 'customer', text },
});

interface Page {
  readonly data: readonly { readonly details: { readonly text: string } }[];
}
/** As a client asks: again when it is told to, which may be as long as the leases of a process that was killed. */
const timeline = async (standalone: Standalone, key: string, position: string): Promise<readonly string[]> => {
  const route = `/v1/customers/customer_number:12347/timeline?category=touchpoint&order=asc&minPosition=${position}`;
  let answer = await standalone.request('GET', route, undefined, key);
  for (let tries = 0; answer.status === 503 && tries < 5; tries++)
    answer = await standalone.request('GET', route, undefined, key);
  expect(answer.status).toBe(200);
  return (answer.body as Page).data.map(({ details }) => details.text);
};
const positionOf = ({ body }: { body: unknown }): string => (body as { position: string }).position;

describe('npm start', () => {
  let folder: ReturnType<typeof dataFolder>;
  beforeEach(() => {
    folder = dataFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  it('prints a curl that works as it is', async () => {
    const standalone = await Standalone.start(folder.path);
    const [send, read] = standalone
      .output()
      .split('\n')
      .filter((line) => line.trim().startsWith('curl'))
      .map((line) => line.trim());
    const run = (command: string): unknown => JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }));
    expect(run(send!)).toMatchObject({ status: 'accepted' });
    expect(run(send!)).toMatchObject({ status: 'duplicate' });
    // It is on the timeline within the second; asking again is how a person would wait.
    let page = run(read!);
    for (let tries = 0; tries < 50 && !(page as Page).data?.length; tries++) page = run(read!);
    // The conversation that it opens may be there by then, too.
    expect((page as Page).data.map(({ details }) => details.text)).toContain('سلام! Hello!');
    expect(await standalone.stop()).toBe(0);
  });

  it('makes an admin and a key whose secrets are nowhere in its output, and who can come in with them', async () => {
    const standalone = await Standalone.start(folder.path);
    const file = path.join(folder.path, 'first-admin-password');
    const password = readFileSync(file, 'utf8').trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(standalone.output()).toContain('first-admin-password');
    expect(standalone.output()).not.toContain(password);
    // The same of the first key, which may do everything.
    expect(statSync(path.join(folder.path, 'first-api-key')).mode & 0o777).toBe(0o600);
    expect(standalone.output()).not.toMatch(/safar_[0-9a-f]/);
    expect((await standalone.request('GET', '/v1/me')).body).toMatchObject({ name: 'first key', scopes: ['admin'] });
    const signIn = (typed: string) =>
      fetch(`${standalone.url}/v1/session`, {
        method: 'POST',
        headers: { origin: standalone.url, 'x-safar-request': '1' },
        body: JSON.stringify({ name: 'admin', password: typed }),
      });
    for (const wellKnown of ['admin', 'password', 'safar']) expect((await signIn(wellKnown)).status).toBe(401);
    const answer = await signIn(password);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([201, expect.stringContaining('__Host-')]);
    const users = await safar(folder.path, 'users', 'list', '--json');
    expect(JSON.parse(users.stdout)).toMatchObject([{ name: 'admin', roles: ['admin'] }]);
    await standalone.stop();
  });

  it('keeps the data, and the key, from one start to the next', async () => {
    const first = await Standalone.start(folder.path);
    const key = first.key!;
    const position = positionOf(await first.request('POST', '/v1/touchpoints', touchpoint('1', 'kept')));
    await first.stop();
    const second = await Standalone.start(folder.path);
    expect(second.key).toBeUndefined();
    expect(await timeline(second, key, position)).toEqual(['kept']);
    await second.stop();
  });

  it('loses nothing that it acknowledged when it is killed, and carries on with the PostgreSQL that it left behind', async () => {
    const first = await Standalone.start(folder.path);
    const key = first.key!;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => first.request('POST', '/v1/touchpoints', touchpoint(String(n), String(n)))),
    );
    await first.kill();
    const second = await Standalone.start(folder.path);
    expect(second.output()).toContain('already runs');
    const last = answers.map(positionOf).reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b));
    const texts = await timeline(second, key, last);
    expect([...texts].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    await second.stop();
  });

  it('moves to the next free port, and says so', async () => {
    const squatter = net.createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as net.AddressInfo;
    const standalone = await Standalone.start(folder.path, { SAFAR_HTTP_PORT: String(port) });
    expect(standalone.url).not.toContain(`:${String(port)}`);
    expect(standalone.output()).toContain(`Port ${String(port)} is taken`);
    await standalone.stop();
    squatter.close();
  });

  it('names every mistake in the configuration and does not start', () => {
    const start = () =>
      execFileSync(process.execPath, ['bin/start.mjs'], {
        cwd: root,
        encoding: 'utf8',
        stdio: 'pipe',
        env: cleanEnvironment({ SAFAR_HTTP_PORT: 'eighty', SAFAR_LOG_LEVEL: 'loud', SAFAR_DATA_DIR: folder.path }),
      });
    expect(start).toThrow(/SAFAR_HTTP_PORT[\s\S]*SAFAR_LOG_LEVEL|SAFAR_LOG_LEVEL[\s\S]*SAFAR_HTTP_PORT/);
  });

  it('shares its PostgreSQL with a command, and outlives it', async () => {
    const standalone = await Standalone.start(folder.path);
    await standalone.request('POST', '/v1/touchpoints', touchpoint('1', 'shared'));
    const { code, stdout } = await safar(folder.path, 'timeline', 'customer_number:12347', '--json');
    expect(code).toBe(0);
    expect(stdout).toContain('shared');
    expect((await standalone.request('GET', '/readyz')).status).toBe(200);
    await standalone.stop();
  });
});
