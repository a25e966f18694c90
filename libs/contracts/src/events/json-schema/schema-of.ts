import { type DtoClass } from '../fields/dto-class.js';
import { type Field, fieldsOf } from '../fields/fields-of.js';
import { type Rule, rules } from '../fields/rules.js';
import { type PartDto } from '../personal-plan.js';
import { type JsonSchema } from './json-schema.js';

export interface SchemaOptions {
  /** DTOs of members that are any object to the DTO itself. */
  readonly parts?: Readonly<Record<string, PartDto>>;
  /** Nothing personal is required: of an erased customer it is gone. */
  readonly erasable?: boolean;
  /** Not to be published but compiled, with the keywords of `compiled/keywords.ts`. */
  readonly compiled?: boolean;
}

/**
 * The schema of a DTO, from the rules that class-validator checks it with. `x-safar-class` says of each member whether it is
 * public or personal.
 * @throws when a field has no class or a rule without a meaning.
 */
export function schemaOf(dto: DtoClass, options: SchemaOptions = {}): JsonSchema {
  const { parts = {}, erasable = false } = options;
  const fields = fieldsOf(dto);
  const required = fields.filter(
    ({ optional, fieldClass, name }) =>
      !optional && !(erasable && (fieldClass === 'personal' || parts[name] === 'free')),
  );
  const properties = fields.map((field) => [field.name, schemaOfField(field, options)]);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
    ...keywords(fields.flatMap((field) => field.rules).map(({ name }) => rules[name]?.objectSchema?.() ?? {})),
  };
}

function schemaOfField(field: Field, { parts = {}, erasable = false, compiled = false }: SchemaOptions): JsonSchema {
  const part = parts[field.name];
  if (part === 'free') return { type: 'object', 'x-safar-class': 'personal' };
  const inner = part ?? field.nested;
  // What is inside of something personal goes with it, whole.
  const whole = erasable && field.fieldClass === 'public' && !field.list;
  const nested = inner ? schemaOf(inner, { erasable: whole, compiled }) : {};
  const toSchema = (rule: Rule): JsonSchema => schemaOfRule(rule, compiled);
  const own = keywords(field.rules.filter(({ each }) => !each).map(toSchema));
  const items = keywords(field.rules.filter(({ each }) => each).map(toSchema));
  return {
    ...(compiled && field.reading ? { type: 'string', readAs: { [field.reading]: own } } : own),
    ...(field.list ? { items: { ...items, ...nested } } : nested),
    ...(!compiled && { 'x-safar-class': field.fieldClass }),
  };
}

const keywords = (schemas: readonly JsonSchema[]): JsonSchema => Object.assign({}, ...schemas);

function schemaOfRule({ name, constraints }: Rule, compiled: boolean): JsonSchema {
  const rule = rules[name];
  if (!rule) throw new Error(`the rule ${name} has no JSON Schema`);
  return compiled && rule.compiled ? rule.compiled(constraints) : rule.schema(constraints);
}
