import { rmSync } from 'node:fs';

export default async function teardown() {
  await globalThis.safarTestEventStoreDb?.stop();
  const started = globalThis.safarTestPostgres;
  if (!started) return;
  globalThis.safarTestPostgres = undefined;
  await started.server.stop();
  rmSync(started.folder, { recursive: true, force: true });
}
