import { type Patch } from '../../flows/support/patched-build.js';

/** A page takes up to half a second inside its transaction, and whoever goes has most likely some in hand. */
export const slowHandlers: Patch = {
  file: 'libs/platform/src/projections/apply-page.js',
  find: 'target.onSetAside(folded);',
  replace: `target.onSetAside(folded);
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));`,
};
