import { dataFolder, safar, Standalone } from './support/safar-process.js';

async function readModels(dataDir: string): Promise<readonly string[]> {
  const { stdout } = await safar(dataDir, 'projections', 'status', '--json');
  return (JSON.parse(stdout) as readonly { readonly name: string }[]).map(({ name }) => name);
}

describe('an epoch that is raised beside a running server', () => {
  const folder = dataFolder();
  afterAll(() => folder.remove());

  it('ends the server with an error and the remedy, and the next one says what has to be rebuilt', async () => {
    const old = await Standalone.start(folder.path);
    expect(await safar(folder.path, 'store', 'status', '--json')).toMatchObject({ code: 0 });
    expect(await safar(folder.path, 'store', 'raise-epoch', '--yes')).toMatchObject({ code: 0 });
    expect(await old.ended()).toBe(1);
    expect(old.output()).toMatch(/the store is in epoch 2, the writer in 1.*Restart this process/);

    const next = await Standalone.start(folder.path);
    for (const name of await readModels(folder.path))
      expect(await safar(folder.path, 'projections', 'rebuild', name)).toMatchObject({ code: 0 });
    const { stdout: stands } = await safar(folder.path, 'reactions', 'status');
    for (const reaction of ['conversation-clocks', 'take-ups', 'routing-turns', 'routing', 'policy-changes']) {
      expect(stands).toContain(`safar reactions resume ${reaction}`);
      expect(await safar(folder.path, 'reactions', 'resume', reaction)).toMatchObject({ code: 0 });
    }
    const ready = async (): Promise<number> => (await next.request('GET', '/readyz')).status;
    for (let tries = 0; (await ready()) !== 200 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await ready()).toBe(200);
    expect(await next.stop()).toBe(0);
  }, 240_000);
});
