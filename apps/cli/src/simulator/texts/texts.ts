import { type Chance } from '../chance.js';
import { english } from './texts.en.js';
import { persian } from './texts.fa.js';
import { type Slots, type Texts, type Topic } from './topics.js';

export type SpokenLanguage = 'en' | 'fa';
export const textsIn: Readonly<Record<SpokenLanguage, Texts>> = { en: english, fa: persian };

const SLOT = /\{(\w+)\}/g;

/** A text about something. */
export function write(chance: Chance, language: SpokenLanguage, topic: Topic, slots: Slots = {}): string {
  return fill(chance.pick(textsIn[language].topics[topic]), slots);
}

/** As a customer would put it, often with a greeting before and a word after. */
export function say(chance: Chance, language: SpokenLanguage, topic: Topic, slots: Slots = {}): string {
  const { openers, closers } = textsIn[language];
  const opener = chance.happens(0.55) ? `${chance.pick(openers)} ` : '';
  const closer = chance.happens(0.35) ? ` ${fill(chance.pick(closers), slots)}` : '';
  return opener + write(chance, language, topic, slots) + closer;
}

const fill = (template: string, slots: Slots): string =>
  template.replace(SLOT, (_whole, name: string) => new Map<string, string>(Object.entries(slots)).get(name) ?? '');

const PERSIAN_DIGITS = '۰۱۲۳۴۵۶۷۸۹';

/** A number as people of a language write it. */
export const numberIn = (language: SpokenLanguage, value: number): string =>
  language === 'en' ? String(value) : String(value).replace(/\d/g, (digit) => PERSIAN_DIGITS.charAt(Number(digit)));
