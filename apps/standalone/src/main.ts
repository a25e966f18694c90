import { startupProblem } from '#wiring';
import { runStandalone } from './run-standalone.js';

/** The only parameter; everything else is set by the environment. */
const DEMO = '--demo';

const parameters = process.argv.slice(2);
const unknown = parameters.find((parameter) => parameter !== DEMO);
if (unknown === undefined) await start();
else {
  process.stderr.write(`There is no ${JSON.stringify(unknown)}: only ${DEMO}.\n`);
  process.exitCode = 2;
}

async function start(): Promise<void> {
  const environment = parameters.includes(DEMO) ? { ...process.env, SAFAR_DEMO: 'true' } : process.env;
  try {
    await runStandalone(environment, {
      say: (line) => process.stdout.write(`${line}\n`),
      isTerminal: process.stdout.isTTY,
    });
  } catch (error) {
    process.stderr.write(`${startupProblem(error)}\n`);
    process.exitCode = 1;
  }
}
