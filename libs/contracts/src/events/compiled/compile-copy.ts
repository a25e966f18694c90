import { type DtoClass } from '../fields/dto-class.js';
import { type Field, fieldsOf } from '../fields/fields-of.js';
import { read } from '../fields/reading.js';

/** What a copy holds: enough to say how large it can be as JSON at most. */
export interface Tally {
  /** Bytes of everything but what `units` counts: names, punctuation, numbers. At most so many. */
  bytes: number;
  /** UTF-16 units of all texts. */
  units: number;
}

/** Copies an object that a DTO accepts: texts as they are read, -0 as 0, no member that is undefined. */
export type Copy = (value: object, tally: Tally) => object;

/** More than any whole number or `false` takes. */
const MOST_DIGITS = 17;
/** Quotes, colon and comma. */
const AROUND = 4;

/**
 * The copy as code of its own: 0.3 µs where a loop over the fields takes 1.3, because every property is looked up where V8 can
 * remember it. Members are in the order of their names, so that the copy's JSON is canonical as it is. All names are those of
 * fields of our own classes.
 */
export function compileCopy(dto: DtoClass): Copy {
  const helpers = new Map<string, unknown>();
  const fields = [...fieldsOf(dto)].sort((one, other) => (one.name < other.name ? -1 : 1));
  let bytes = 2;
  const steps = fields.map((field, index) => {
    bytes += field.name.length + AROUND + MOST_DIGITS;
    return step(field, index, helpers);
  });
  const body = `const copy = {}; let member; tally.bytes += ${String(bytes)};\n${steps.join('\n')}\nreturn copy;`;
  const make = new Function(...helpers.keys(), `return (value, tally) => { ${body} };`);
  // `Function` makes functions of any type; this text makes one of this type.
  return make(...helpers.values()) as Copy;
}

function step(field: Field, index: number, helpers: Map<string, unknown>): string {
  const name = JSON.stringify(field.name);
  return `member = value[${name}]; if (member !== undefined) { copy[${name}] = ${taking(field, index, helpers)}; }`;
}

/** An expression that takes `member`, which is neither undefined nor against the rules. */
function taking({ nested, list, reading, rules }: Field, index: number, helpers: Map<string, unknown>): string {
  const help = (helper: unknown): string => {
    helpers.set(`help${String(index)}`, helper);
    return `help${String(index)}`;
  };
  if (nested && list) return `${help(listCopy(compileCopy(nested)))}(member, tally)`;
  if (nested) return `${help(compileCopy(nested))}(member, tally)`;
  if (list) return `${help(textsCopy)}(member, tally)`;
  if (reading) return `${help(readCounting(read[reading]))}(member, tally)`;
  // Adding 0 makes 0 of -0.
  if (rules.some(({ name }) => name === 'isInt')) return 'member + 0';
  if (rules.some(({ name }) => name === 'isBoolean')) return 'member';
  if (rules.some(({ name }) => name === 'isObject')) return 'member';
  return `member; if (typeof member === 'string') tally.units += member.length`;
}

const listCopy =
  (copy: Copy) =>
  (items: readonly object[], tally: Tally): readonly object[] => {
    const copies: object[] = [];
    for (const item of items) copies.push(copy(item, tally));
    return copies;
  };

function textsCopy(texts: readonly string[], tally: Tally): readonly string[] {
  for (const text of texts) {
    tally.units += text.length;
    tally.bytes += AROUND;
  }
  return [...texts];
}

const readCounting =
  (reading: (text: string) => string) =>
  (text: string, tally: Tally): string => {
    tally.units += text.length;
    return reading(text);
  };
