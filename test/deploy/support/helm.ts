import { existsSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, run, succeeds } from './docker.js';

const VERSION = 'v3.19.0';

/** Helm where it is, or built by Go from its module, which takes about two minutes the first time. */
export async function helm(): Promise<string> {
  if (await succeeds('helm', ['version'])) return 'helm';
  const program = path.join(cacheFolder, 'helm');
  if (!existsSync(program))
    await run('go', ['install', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
      env: { GOBIN: cacheFolder, GOFLAGS: '' },
    });
  return program;
}
