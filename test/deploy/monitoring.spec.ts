import { readFileSync } from 'node:fs';
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
    expect(await run(program, ['check', 'rules', 'deploy/helm/safar/files/alerts.yml'])).toContain('SUCCESS: 26 rules');
  });

  it('are loaded by a configuration that Prometheus takes', async () => {
    expect(await run(program, ['check', 'config', '--syntax-only', 'deploy/monitoring/prometheus.yml'])).toContain(
      'SUCCESS',
    );
  });

  it('are all tried, firing and quiet', () => {
    const [rules, tests] = ['deploy/helm/safar/files/alerts.yml', 'test/deploy/alerts.test.yml'].map((file) =>
      readFileSync(path.join(root, file), 'utf8'),
    );
    const names = (text: string | undefined, pattern: RegExp): readonly string[] =>
      [...new Set([...(text ?? '').matchAll(pattern)].map(([, name]) => name ?? ''))].sort();
    const all = names(rules, /- alert: (\w+)/g);
    expect(names(tests, /\{ alertname: (\w+), eval_time: \w+, exp_alerts: \[\] \}/g)).toEqual(all);
    expect(names(tests, /(?:- alertname: |\{alertname=")(\w+)(?:\n|"\})/g)).toEqual(all);
  });

  it('fire when they should, and at no other time', async () => {
    const tests = path.join(root, 'test/deploy/alerts.test.yml');
    expect(await run(program, ['test', 'rules', tests])).toContain('SUCCESS');
  });
});
