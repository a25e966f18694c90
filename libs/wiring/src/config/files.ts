import { readFileSync } from 'node:fs';
import { type ConfigurationProblem } from './configuration-error.js';

const SUFFIX = '_FILE';
/** A secret is a line or two; a path that was mistaken for another is not read into memory whole. */
const MOST_CHARACTERS = 100_000;

type Setting = readonly [name: string, value: string];

/**
 * Containers mount secrets as files, and whoever may look at a process or a container sees its environment. So every variable may be
 * given as `<name>_FILE`, the path of a file that holds its value; white space at its end does not count.
 */
export function withFiles(
  set: readonly Setting[],
  variables: readonly string[],
): { readonly settings: readonly Setting[]; readonly problems: readonly ConfigurationProblem[] } {
  const problems: ConfigurationProblem[] = [];
  const settings = set.flatMap(([name, value]): readonly Setting[] => {
    const variable = name.slice(0, -SUFFIX.length);
    if (!name.endsWith(SUFFIX) || !variables.includes(variable)) return [[name, value]];
    if (set.some(([other]) => other === variable))
      problems.push({ variable: name, problem: `is set beside ${variable}`, remedy: 'Set one of them.' });
    const text = contentOf(value);
    if (text !== undefined) return [[variable, text]];
    problems.push({
      variable: name,
      problem: 'must be the path of a file with the value in it, which this process may read',
      remedy: `See whether it is there, not empty, and readable by the user that Safar runs as; or set ${variable} itself.`,
    });
    return [];
  });
  return { settings, problems };
}

function contentOf(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trimEnd();
    return text === '' || text.length > MOST_CHARACTERS ? undefined : text;
  } catch {
    return undefined;
  }
}
