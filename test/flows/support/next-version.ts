import { patchedBuild, type PatchedBuild } from './patched-build.js';

/** A copy of the build in which a projection has its next version: what the next release may bring. */
export const nextVersion = (projection: string): PatchedBuild =>
  patchedBuild([
    {
      file: `libs/capabilities/src/${projection}.projection.js`,
      find: /version: (\d+),/,
      replace: (_found, version) => `version: ${String(Number(version) + 1)},`,
    },
  ]);
