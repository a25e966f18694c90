import { _, type Ajv, type CodeKeywordDefinition, type KeywordCxt, type Name } from 'ajv';
import { read, type Reading } from '../fields/reading.js';
import { timeProblem } from '../fields/rfc3339.js';
import { isLengthBetween } from '../fields/text.js';

/** A function of ours as compiled code names it. */
const call = ({ gen }: KeywordCxt, ref: (...values: never[]) => unknown): Name => gen.scopeValue('func', { ref });

const isInstant = (text: string): boolean => timeProblem(text) === undefined;

function readThenCheck(context: KeywordCxt, reading: Reading): void {
  const { gen, data } = context;
  const text = gen.const('text', _`${call(context, read[reading])}(${data})`);
  const valid = gen.name('valid');
  context.subschema({ keyword: 'readAs', schemaProp: reading, data: text, createErrors: false }, valid);
  context.ok(valid);
}

const isReading = (name: string): name is Reading => name in read;

/** Keywords of the schemas that are compiled and never published, by the rules of `fields/rules.ts` that use them. */
const definitions: readonly CodeKeywordDefinition[] = [
  {
    // One of a list. A set: a chain of comparisons, as `enum` makes, is slow where there are 180 currencies.
    keyword: 'among',
    schemaType: 'array',
    code: (context) => {
      const values = context.gen.scopeValue('obj', { ref: new Set<unknown>(context.schema) });
      context.fail(_`!${values}.has(${context.data})`);
    },
  },
  {
    // [least, most] code points. Counts only where the units do not tell.
    keyword: 'lengthBetween',
    type: 'string',
    schemaType: 'array',
    code: (context) => {
      const [least, most] = context.schema as readonly [number, number];
      const { data } = context;
      const exact = _`!${call(context, isLengthBetween)}(${data}, ${least}, ${most})`;
      context.fail(_`${data}.length < ${least} || (${data}.length > ${most} && ${exact})`);
    },
  },
  {
    // Neither U+0000 nor half of a character: as `findHostility`.
    keyword: 'readable',
    type: 'string',
    schemaType: 'boolean',
    code: (context) => {
      context.fail(_`!${context.data}.isWellFormed() || ${context.data}.includes("\\0")`);
    },
  },
  {
    keyword: 'instant',
    type: 'string',
    schemaType: 'boolean',
    code: (context) => {
      context.fail(_`!${call(context, isInstant)}(${context.data})`);
    },
  },
  {
    // { reading: schema of what is read }
    keyword: 'readAs',
    type: 'string',
    schemaType: 'object',
    code: (context) => {
      for (const reading of Object.keys(context.schema as object))
        if (isReading(reading)) readThenCheck(context, reading);
        else throw new Error(`there is no reading ${reading}`);
    },
  },
];

export function addKeywords(ajv: Ajv): void {
  for (const definition of definitions) ajv.addKeyword(definition);
}
