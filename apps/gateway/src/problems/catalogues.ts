import { type FieldError } from '#contracts';
import { type Named, type NamedAttachment } from '#wiring';
import { type Language } from './language.js';
import { english } from './problem-texts.en.js';
import { persian } from './problem-texts.fa.js';
import { type ParameterCode, type ProblemTexts } from './problem-texts.js';

export const catalogues: Readonly<Record<Language, ProblemTexts>> = { en: english, fa: persian };

export const parameterError = (pointer: string, code: ParameterCode): FieldError => ({
  pointer,
  code,
  detail: english.parameters[code],
});

/** That nobody has set up what is named, in a language. */
export const unknownIn = (language: Language, { kind, name }: Named | NamedAttachment): string =>
  // A function, because a name may hold what stands for something in a replacement.
  catalogues[language].unknown[kind].replace('{name}', () => name);

/** What is missing before a conversation is resolved, in a language; `code` is what it is. */
export function requiredErrorsIn(language: Language, errors: readonly FieldError[]): readonly FieldError[] {
  const texts = new Map<string, string>(Object.entries(catalogues[language].required));
  return errors.map((error) => ({ ...error, detail: texts.get(error.code) ?? error.detail }));
}

/** Errors in parameters come with an English text; the same in a language, where the catalogue has it. */
export function parameterErrorsIn(language: Language, errors: readonly FieldError[]): readonly FieldError[] {
  if (language === 'en') return errors;
  const texts = new Map<string, string>(Object.entries(catalogues[language].parameters));
  return errors.map((error) => ({ ...error, detail: texts.get(error.code) ?? error.detail }));
}
