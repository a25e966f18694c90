import { ensureBuilt } from './build.mjs';

ensureBuilt({ say: (text) => process.stderr.write(`${text}\n`) });
await import('../dist/test/load/bench.js');
