import path from 'node:path';
import { root, run } from './support/docker.js';
import { promtool } from './support/promtool.js';

jest.setTimeout(180_000);

describe('the alert rules', () => {
  let program: string;
  beforeAll(async () => {
    program = await promtool();
  });

  it('are rules that Prometheus takes', async () => {
    expect(await run(program, ['check', 'rules', 'deploy/helm/safar/files/alerts.yml'])).toContain('SUCCESS: 11 rules');
  });

  it('are loaded by a configuration that Prometheus takes', async () => {
    expect(await run(program, ['check', 'config', '--syntax-only', 'deploy/monitoring/prometheus.yml'])).toContain(
      'SUCCESS',
    );
  });

  it('fire when they should, and at no other time', async () => {
    const tests = path.join(root, 'test/deploy/alerts.test.yml');
    expect(await run(program, ['test', 'rules', tests])).toContain('SUCCESS');
  });
});
