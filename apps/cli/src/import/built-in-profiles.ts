import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImportProblem } from './import-problem.js';
import { parseProfile } from './parse-profile.js';
import { profileLimits, type Profile } from './profile.js';

/** Profiles that come with Safar, by the name that `--profile` takes. */
export const builtInProfiles = ['online-retail', 'cfpb-complaints', 'incident-servicenow'] as const;

/**
 * The profile by that name, or the one in that file.
 * @throws ImportProblem with everything that is wrong with the profile
 */
export async function loadProfile(nameOrFile: string): Promise<Profile> {
  const builtIn = builtInProfiles.find((name) => name === nameOrFile);
  const file = builtIn === undefined ? nameOrFile : path.join(profilesFolder(), `${builtIn}.json`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ImportProblem(
      `There is no profile ${JSON.stringify(nameOrFile)}.`,
      `Built in: ${builtInProfiles.join(', ')}; anything else is the name of a JSON file.`,
    );
  });
  if (text.length > profileLimits.fileBytes)
    throw new ImportProblem(
      `The profile ${file} is larger than ${String(profileLimits.fileBytes)} bytes.`,
      'A profile says how to read rows; it does not hold them.',
    );
  const parsed = parseProfile(parseJson(text, file));
  if (parsed.ok) return parsed.profile;
  throw new ImportProblem(
    [`The profile ${file} cannot be used:`, ...parsed.problems.map((problem) => `  ${problem}`)].join('\n'),
    'The language is described in docs/how-to/import.md.',
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new ImportProblem(
      `The profile ${file} is not JSON: ${error instanceof Error ? error.message : ''}.`,
      'Check it with any JSON editor.',
    );
  }
}

/** The compiler does not copy JSON: the profiles stay in the source tree, which is where package.json is. */
function profilesFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('Safar is not where its package.json is');
    folder = parent;
  }
  return path.join(folder, 'apps/cli/profiles');
}
