// Generated requests from the OpenAPI document against a real gateway: `npm run fuzz -- --requests 250000`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './build.mjs';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '250000' }, seed: { type: 'string' } },
});
const jest = path.join(projectRoot, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--selectProjects', 'slow', '--testPathPatterns', 'test/api/fuzz'],
  {
    cwd: projectRoot,
    stdio: 'inherit',
    env: {
      ...process.env,
      SAFAR_TEST_FUZZ_REQUESTS: values.requests,
      ...(values.seed !== undefined && { SAFAR_TEST_FUZZ_SEED: values.seed }),
    },
  },
);
process.exitCode = status ?? 1;
