import { readFileSync } from 'node:fs';
import path from 'node:path';
import { patched } from '../../flows/support/patched-build.js';
import { root } from '../../flows/support/safar-process.js';
import { plantedBugs } from './planted-bugs.js';

/** Each is run where there is time for it; here it is only seen that today's build has the place that it changes. */
it.each(plantedBugs.filter(({ patches = [] }) => patches.length > 0))('$name can be planted', ({ patches = [] }) => {
  const files = new Map<string, string>();
  for (const patch of patches) {
    const text = files.get(patch.file) ?? readFileSync(path.join(root, 'dist', patch.file), 'utf8');
    files.set(patch.file, patched(text, patch));
  }
  expect(files.size).toBeGreaterThan(0);
});
