import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './safar-process.js';

/** A change of a compiled file. */
export interface Patch {
  /** Below `dist`. */
  readonly file: string;
  readonly find: string | RegExp;
  readonly replace: string | ((found: string, ...groups: string[]) => string);
}

export interface PatchedBuild {
  readonly path: string;
  remove(): void;
}

/** A copy of the build that differs from ours in what is said. @throws Error where there is nothing to be changed */
export function patchedBuild(patches: readonly Patch[]): PatchedBuild {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-build-'));
  cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
  cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(realpathSync(path.join(root, 'node_modules')), path.join(folder, 'node_modules'));
  for (const patch of patches) {
    const target = path.join(folder, 'dist', patch.file);
    writeFileSync(target, patched(readFileSync(target, 'utf8'), patch));
  }
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @throws Error where there is nothing to be changed */
export function patched(text: string, { file, find, replace }: Patch): string {
  const changed = text.replace(find, typeof replace === 'string' ? () => replace : replace);
  if (changed === text) throw new Error(`there is no ${String(find)} in ${file}`);
  return changed;
}
