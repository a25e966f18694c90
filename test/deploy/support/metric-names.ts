import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './docker.js';

const folder = path.join(root, 'deploy/helm/safar/files');

/** Every expression of the alert rules, folded ones in one piece. */
export function alertExpressions(): readonly string[] {
  const text = readFileSync(path.join(folder, 'alerts.yml'), 'utf8');
  return [...text.matchAll(/^ +expr: (?:>-\n)?([\s\S]*?)(?=^ +(?:for|labels):)/gm)].map(
    ([, expression = '']) => expression,
  );
}

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

export function panelExpressions(): readonly string[] {
  const { panels } = JSON.parse(readFileSync(path.join(folder, 'dashboard.json'), 'utf8')) as {
    panels: readonly Panel[];
  };
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Names of the series that an exposition has, or would have as soon as there is something to count. */
export function namesIn(exposition: string): readonly string[] {
  const types = [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.flatMap(([, name = '', kind]) =>
    kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
  );
}

/** Series that the expressions ask for and nobody exports. */
export function unknownIn(expressions: readonly string[], expositions: readonly string[]): readonly string[] {
  if (expressions.length === 0) throw new Error('no expression was found');
  const known = new Set(expositions.flatMap(namesIn));
  const asked = expressions.flatMap((expression) => expression.match(/\b(?:safar|nodejs|process)_\w+/g) ?? []);
  return [...new Set(asked)].filter((name) => !known.has(name));
}
