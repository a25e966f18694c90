import { closeWithin } from './close-within.js';
import { startupProblem } from './startup-problem.js';

const CLOSE_MS = 10_000;

/** Closes a program after its work. Where the work fails, it says why and the process ends with 1, whatever closing waits for. */
export async function runAndClose(program: { close(): Promise<void> }, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // At once: closing may wait for ever for what stood still, and then nobody would learn of it.
    process.stderr.write(`${startupProblem(error)}\n`);
    process.exitCode = 1;
    if (!(await closeWithin(program, CLOSE_MS))) process.exit();
    return;
  }
  await program.close();
}
