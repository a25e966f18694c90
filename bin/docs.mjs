// Writes docs/api and the generated client: by the test that otherwise compares them.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from './build.mjs';

const jest = path.join(projectRoot, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--selectProjects', 'e2e', '--testPathPatterns', 'test/api/documents'],
  { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, SAFAR_TEST_WRITE_DOCUMENTS: '1' } },
);
process.exitCode = status ?? 1;
