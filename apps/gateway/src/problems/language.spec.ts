import { languageOf } from './language.js';

describe('the language of an answer', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['nonsense;;', 'en'],
    ['fa', 'fa'],
    ['FA-ir', 'fa'],
    ['fa-IR,fa;q=0.9,en-US;q=0.8,en;q=0.7', 'fa'],
    ['en-US,en;q=0.9,fa;q=0.8', 'en'],
    ['de, fa;q=0.2, en;q=0.1', 'fa'],
    ['de', 'en'],
    ['en;q=0.5, fa', 'fa'],
    ['fa, en', 'fa'],
    ['en, fa', 'en'],
    ['fa;q=0.5, *;q=0.8', 'en'],
    ['*', 'en'],
    ['en;q=0, *', 'fa'],
    ['fa;q=0', 'en'],
    ['fa;q=0, en;q=0', 'en'],
    ['fa;q=1.000', 'fa'],
    ['fa;q=7', 'en'],
    ['fa;q=0.0001', 'en'],
    ['far', 'en'],
    [`${'de,'.repeat(5_000)}fa`, 'en'],
  ])('of %j is %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
