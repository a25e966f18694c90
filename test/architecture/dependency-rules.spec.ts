import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

const root = path.resolve(__dirname, '../..');

/** @param sources files and folders; what they import is followed from there */
function violations(project: string, sources: readonly string[] = ['apps', 'libs', 'test']): string[] {
  const cli = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const flags = ['--config', 'test/architecture/dependency-rules.cjs', '--output-type', 'json'];
  let report: string;
  try {
    report = execFileSync(process.execPath, [cli, ...flags, ...sources], {
      cwd: project,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: 'pipe',
    });
  } catch (error) {
    // The exit status is the number of violations; the report is on standard output all the same.
    report = (error as { stdout: string }).stdout;
  }
  const { summary } = JSON.parse(report) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

/** Folder of the file, what it imports, and the rule that must notice. */
const breaches: readonly (readonly [rule: string, folder: string, imported: string])[] = [
  ['kernel-imports-only-itself', 'libs/kernel/src', '#contracts'],
  ['kernel-needs-no-package', 'libs/kernel/src', 'pg'],
  ['capabilities-meet-only-in-contracts', 'libs/capabilities/src/timeline', '../touchpoints/accept-touchpoint.js'],
  ['capabilities-do-no-input-or-output', 'libs/capabilities/src/timeline', 'node:fs'],
  ['capabilities-imports-only-kernel-and-contracts', 'libs/capabilities/src/timeline', '#platform/postgres'],
  ['nest-only-at-the-edge', 'libs/platform/src/vault', '@nestjs/common'],
  ['platform-folders-meet-at-their-entries', 'libs/platform/src/vault', '../postgres/connection.js'],
  ['libraries-are-entered-by-their-entry', 'apps/gateway/src', '../../../libs/platform/src/postgres/connection.js'],
  ['apps-do-not-import-apps', 'apps/gateway/src', '../../cli/src/main.js'],
  ['testing-is-for-tests', 'apps/gateway/src', '#testing'],
  ['production-needs-no-dev-packages', 'apps/gateway/src', 'fast-check'],
  ['opentelemetry-is-in-one-file', 'apps/gateway/src', '@opentelemetry/api'],
  ['opentelemetry-is-loaded-when-asked-for', 'libs/platform/src/telemetry/tracing', './otlp-tracing.js'],
  ['no-unresolvable', 'libs/kernel/src', './nowhere.js'],
];

describe('the layers', () => {
  it('are kept by every import', () => {
    expect(violations(root)).toEqual([]);
  });

  it('are guarded by rules that notice each kind of breach', () => {
    // In a copy: a file that comes and goes in the real tree would make every build look old.
    const copy = mkdtempSync(path.join(tmpdir(), 'safar-architecture-'));
    try {
      for (const name of ['apps', 'libs', 'test/architecture', 'package.json', 'tsconfig.json'])
        cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
      symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
      const files = breaches.map(([rule, folder]) => path.join(folder, `${rule}.breach.ts`));
      for (const [index, [, folder, imported]] of breaches.entries()) {
        mkdirSync(path.join(copy, folder), { recursive: true });
        writeFileSync(path.join(copy, files[index]!), `import '${imported}';\n`);
      }
      const found = violations(copy, files);
      for (const [rule, folder] of breaches)
        expect(found).toContainEqual(expect.stringContaining(`${rule}: ${folder}/${rule}.breach.ts`));
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
