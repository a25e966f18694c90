import { dataFolder, safar, Standalone } from './support/safar-process.js';

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
    expect(await safar(folder.path, 'projections', 'rebuild', '--all')).toMatchObject({ code: 0 });
    const { stdout: stands } = await safar(folder.path, 'reactions', 'status');
    expect(stands).toContain('safar reactions resume take-ups');
    expect(await safar(folder.path, 'reactions', 'resume', '--all')).toMatchObject({ code: 0 });
    const ready = async (): Promise<number> => (await next.request('GET', '/readyz')).status;
    for (let tries = 0; (await ready()) !== 200 && tries < 500; tries++)
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await ready()).toBe(200);
    expect(await next.stop()).toBe(0);
  }, 240_000);
});
