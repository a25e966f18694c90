import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './safar-process.js';

/** A copy of the build in which a projection has its next version: what the next release may bring. */
export function nextVersion(projection: string): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-next-'));
  cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(realpathSync(path.join(root, 'node_modules')), path.join(folder, 'node_modules'));
  const file = path.join(folder, 'dist/libs/capabilities/src', `${projection}.projection.js`);
  const text = readFileSync(file, 'utf8');
  const raised = text.replace(/version: (\d+),/, (_, version) => `version: ${String(Number(version) + 1)},`);
  if (raised === text) throw new Error(`there is no version in ${file}`);
  writeFileSync(file, raised);
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
