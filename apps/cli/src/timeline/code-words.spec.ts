import { schemaFor, touchpointKinds } from '#contracts';
import { codeWords } from './code-words.js';
import { shownDetails } from './facts.js';

/** The codes that a member of a kind's details may hold. */
function codesOf(kind: string, member: string): readonly unknown[] {
  const schema = schemaFor(`touchpoint.${kind}`, 1) as {
    properties: { details: { properties: Record<string, { enum?: readonly unknown[] }> } };
  };
  return schema.properties.details.properties[member]?.enum ?? [];
}

describe('the words for codes', () => {
  const codes = touchpointKinds.flatMap((kind) => shownDetails[kind].flatMap((member) => codesOf(kind, member)));

  it.each(['en', 'fa'] as const)('are there for every code that a timeline shows, in %s', (language) => {
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => codeWords[language][String(code)] === undefined)).toEqual([]);
  });

  it('are of the same codes in both languages', () => {
    expect(Object.keys(codeWords.fa)).toEqual(Object.keys(codeWords.en));
  });
});
