// Safar's processes killed, frozen, cut off and restarted under load, and its promises checked: `npm run test:faults -- --kills 200 --seed 7`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './build.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    rolling: { type: 'string' },
    rebalances: { type: 'string' },
    seed: { type: 'string' },
    planted: { type: 'boolean', default: false },
  },
});
const jest = path.join(projectRoot, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [
    jest,
    '--selectProjects',
    'kafka',
    '--testPathPatterns',
    `test/faults/${values.planted ? 'planted' : values.rebalances === undefined ? 'faults' : 'rebalances'}.kafka`,
  ],
  {
    cwd: projectRoot,
    stdio: 'inherit',
    env: {
      ...process.env,
      // Whoever asks for the one does not ask for the other.
      SAFAR_TEST_FAULTS_KILLS: values.kills ?? (values.rolling === undefined ? '20' : '0'),
      SAFAR_TEST_FAULTS_RESTARTS: values.rolling ?? '0',
      ...(values.rebalances !== undefined && { SAFAR_TEST_FAULTS_REBALANCES: values.rebalances }),
      ...(values.planted && { SAFAR_TEST_FAULTS_PLANTED: 'all' }),
      // Another one each time, unless it is given.
      SAFAR_TEST_FAULTS_SEED: values.seed ?? String(Date.now() % 1_000_000),
    },
  },
);
process.exitCode = status ?? 1;
