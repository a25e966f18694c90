/**
 * One text for one value, whatever the order in which its properties were set: members sorted by UTF-16 code units, as in
 * RFC 8785 (JSON Canonicalization Scheme). `undefined` members are left out; bigints are their digits in quotes. For hashes and
 * comparisons.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value.toString()}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  // Once for every touchpoint: gathering entries into arrays took twice as long.
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
