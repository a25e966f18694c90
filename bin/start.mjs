import { ensureBuilt } from './build.mjs';

try {
  ensureBuilt({ say: (text) => console.log(text) });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import('../dist/apps/standalone/src/main.js');
