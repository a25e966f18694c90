import { startupProblem } from '#wiring';
import { runStandalone } from './run-standalone.js';

try {
  await runStandalone(process.env, (line) => process.stdout.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
