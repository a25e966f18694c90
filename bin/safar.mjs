#!/usr/bin/env node
// `safar …`: builds what is missing or old, then runs the command line. Standard output belongs to the command.
import { ensureBuilt } from './build.mjs';

try {
  ensureBuilt({ say: (text) => process.stderr.write(`${text}\n`) });
} catch (error) {
  process.stderr.write(`safar: ${error.message}\n`);
  process.exit(1);
}
await import('../dist/apps/cli/src/main.js');
