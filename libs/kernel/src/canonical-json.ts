/**
 * One text for one value, whatever the order in which its properties were set: members sorted by UTF-16 code units, as in
 * RFC 8785 (JSON Canonicalization Scheme). `undefined` members are left out. For hashes and comparisons.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value.toString()}"`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
