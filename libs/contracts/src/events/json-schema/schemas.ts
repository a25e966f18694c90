import { exampleTouchpoint } from '../../touchpoints/kinds/examples.js';
import { kinds } from '../../touchpoints/kinds/kinds.js';
import { touchpointKinds } from '../../touchpoints/touchpoint-event.js';
import { TouchpointDto } from '../../touchpoints/touchpoint.dto.js';
import { eventTypes } from '../event-types.js';
import { type JsonSchema } from './json-schema.js';
import { schemaOf } from './schema-of.js';

/** The touchpoint as it is sent; its events have types of their own. */
export const NATIVE_TOUCHPOINT = 'touchpoint';
const NATIVE_VERSION = 1;

export interface SchemaName {
  /** `touchpoint`, or the type of an event such as `touchpoint.purchase`. */
  readonly type: string;
  readonly version: number;
}

/** Where a schema is served; CloudEvents `dataschema`. */
export const schemaPath = ({ type, version }: SchemaName): string => `/v1/schemas/${type}/${String(version)}`;

const languages = ['en', 'fa'] as const;

const framed = (name: SchemaName, schema: JsonSchema, examples: readonly unknown[]): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: schemaPath(name),
  title: `${name.type} version ${String(name.version)}`,
  ...schema,
  examples,
});

/** `data` depends on `kind`: each kind brings its own schema under `$defs`. */
function nativeTouchpoint(): JsonSchema {
  const parts = touchpointKinds.map((kind) => {
    const { details } = kinds[kind];
    const free = { type: 'object', 'x-safar-class': 'personal' };
    const of = kind === 'custom' ? { pattern: '^custom:' } : { const: kind };
    const part = { if: { properties: { kind: of } }, then: { properties: { data: { $ref: `#/$defs/${kind}` } } } };
    return { kind, part, schema: details === 'free' ? free : schemaOf(details) };
  });
  return {
    ...schemaOf(TouchpointDto),
    allOf: parts.map(({ part }) => part),
    $defs: Object.fromEntries(parts.map(({ kind, schema }) => [kind, schema])),
  };
}

// Made when the module is loaded: a field that cannot be described stops the build, not the first reader of a schema.
const native: SchemaName = { type: NATIVE_TOUCHPOINT, version: NATIVE_VERSION };
const nativeExamples = touchpointKinds.flatMap((kind) =>
  languages.map((language) => exampleTouchpoint(kind, language)),
);
const schemas: ReadonlyMap<string, JsonSchema> = new Map([
  [schemaPath(native), framed(native, nativeTouchpoint(), nativeExamples)],
  ...eventTypes.map((eventType): [string, JsonSchema] => {
    const { data, parts } = eventType;
    return [schemaPath(eventType), framed(eventType, schemaOf(data, { parts, erasable: true }), eventType.examples)];
  }),
]);

/** JSON Schema (2020-12) of a native touchpoint or of an event's opened data; `undefined` where there is none. */
export const schemaFor = (type: string, version: number): JsonSchema | undefined =>
  schemas.get(schemaPath({ type, version }));

export const listSchemas = (): readonly SchemaName[] => [
  native,
  ...eventTypes.map(({ type, version }) => ({ type, version })),
];
