import { catalogues } from './catalogues.js';
import { languageOf } from './language.js';
import { statusOf } from './problem-codes.js';

/** Every text of a catalogue under its place in it. */
function textsOf(node: unknown, place = ''): readonly (readonly [place: string, text: string])[] {
  if (typeof node === 'string') return [[place, node]];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, member]) => textsOf(member, `${place}/${name}`));
}

describe('the texts of problems', () => {
  const english = textsOf(catalogues.en);
  const persian = textsOf(catalogues.fa);

  it('are the same in both languages', () => {
    expect(persian.map(([place]) => place).sort()).toEqual(english.map(([place]) => place).sort());
  });

  it('are in their language', () => {
    for (const [, text] of english) expect(text).not.toMatch(/\p{Script=Arabic}/u);
    for (const [, text] of persian) expect(text).toMatch(/\p{Script=Arabic}/u);
  });

  it('are there for every problem', () => {
    expect(Object.keys(catalogues.en.problems).sort()).toEqual(Object.keys(statusOf).sort());
  });
});

describe('the language of an answer', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fa', 'fa'],
    ['fa-IR,fa;q=0.9,en;q=0.8', 'fa'],
    ['en-GB, fa;q=0.9', 'en'],
    ['de, fa;q=0.5, en;q=0.4', 'fa'],
    ['fa;q=0, en;q=0.1', 'en'],
    ['fa;q=0', 'en'],
    ['*', 'en'],
    ['FA', 'fa'],
    ['fa;q=2', 'en'],
    ['farsi', 'en'],
    [`${'de,'.repeat(9)}fa`, 'fa'],
  ])('for %j is %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
