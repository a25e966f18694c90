import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type JsonSchema, NATIVE_TOUCHPOINT, schemaFor, schemaOf, scopeFor } from '#contracts';
import { type Access, ACCESS } from '../../../apps/gateway/src/access/required-access.js';
import {
  type AnswerDescription,
  type Content,
  OPERATION,
  type OperationDescription,
  type ParameterDescription,
  type Shape,
  tags,
} from '../../../apps/gateway/src/documents/operation.js';
import { type ProblemCode, statusOf } from '../../../apps/gateway/src/problems/problem-codes.js';
import { english } from '../../../apps/gateway/src/problems/problem-texts.en.js';
import { UNLIMITED } from '../../../apps/gateway/src/limits/rate-limit.guard.js';
import { type Route, routesOf } from './routes.js';
import { type TypeSchemas } from './type-schemas.js';

type Json = Readonly<Record<string, unknown>>;

/** What any request may meet, whatever it asks for: the `default` answer of every operation. */
export const anywhere = [
  'malformed_request',
  'request_timeout',
  'uri_too_long',
  'headers_too_large',
  'method_not_allowed',
  'internal',
  'overloaded',
  'shutting_down',
  'unavailable',
] as const satisfies readonly ProblemCode[];

/** Routes of a running application that describe nothing. */
export const undescribed = (app: NestFastifyApplication): readonly string[] =>
  routesOf(app)
    .filter(({ metadata }) => metadata(OPERATION) === undefined)
    .map(({ method, path, controller, handler }) => `${method} ${path} (${controller}.${handler})`);

/** The OpenAPI 3.1 document of a running application. */
export function openApiOf(app: NestFastifyApplication, types: TypeSchemas): Json {
  const routes = routesOf(app)
    // A wildcard is no address; the same handler is described at the address without it.
    .filter(({ path, metadata }) => metadata(OPERATION) !== undefined && !path.includes('*'))
    .sort((one, other) => compare(one.path, other.path) || compare(one.method, other.method));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[templateOf(route.path)] ??= {})[route.method] = operationOf(route, routes, types);
  for (const name of ['TouchpointResult', 'BatchAnswer', 'ProblemDocument']) types.named(name);
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/', description: 'This installation.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: sorted({ ...Object.fromEntries(types.components), ...touchpointSchemas(), Problem: problem() }),
      responses: { Problem: { description: 'Any other problem.', content: problemContent({}) } },
      securitySchemes,
    },
  };
}

const info = {
  title: 'Safar',
  version: '1',
  summary: 'Every touchpoint in, every timeline out.',
  description:
    'Times are RFC 3339 in UTC; positions and versions are decimal digits in text. A write answers with a `position`; a read with ' +
    '`minPosition` waits until it is shown. Refusals are RFC 9457 problem documents with a stable `code`; their texts follow ' +
    '`Accept-Language` (en, fa). `traceparent` is kept with what is recorded. Generated from the code.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `safar_…`.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-safar-session',
    description: 'Of a person who signed in. What changes something needs `Origin` and `X-Safar-Request`, too.',
  },
  writeKey: {
    type: 'http',
    scheme: 'basic',
    description:
      'An API key as the name of the user, with an empty password; also as `writeKey` in the body or the query.',
  },
};

function operationOf(route: Route, routes: readonly Route[], types: TypeSchemas): Json {
  // The decorators are the only ones who write these.
  const description = route.metadata(OPERATION) as OperationDescription;
  const access = route.metadata(ACCESS) as Access | undefined;
  const isShared = routes.some(
    (other) => other !== route && other.controller === route.controller && other.handler === route.handler,
  );
  const { id, tag, summary, description: text, body, answers } = description;
  return {
    operationId: isShared ? `${id}${inCamelCase(route.path)}` : id,
    tags: [tag],
    summary,
    ...(text !== undefined && { description: text }),
    ...securityOf(description, access),
    ...listOf('parameters', parametersOf(description, route)),
    ...(body && { requestBody: { required: true, content: contentOf(body, types, description) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, route, types)]),
      ),
      ...problemsOf(description, access, route.metadata(UNLIMITED) === true),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function securityOf({ security }: OperationDescription, access: Access | undefined): Json {
  if (security === 'writeKey') return { security: [{ writeKey: [] }] };
  if (access === undefined || 'public' in access) return { security: [] };
  const { action, subject } = access;
  return {
    security: [{ apiKey: [] }, { session: [] }],
    'x-safar-ability': { action, subject, scope: scopeFor(access) },
  };
}

function parametersOf({ path = {}, query, headers, examples }: OperationDescription, route: Route): readonly Json[] {
  const inPath = [...route.path.matchAll(/:([A-Za-z]+)/g)].map(
    ([, name = '']) => [name, path[name] ?? unsaid] as const,
  );
  const done = examples.filter(({ status }) => status < 300);
  const places = [
    ['path', Object.fromEntries(inPath), 'path'],
    ['query', query, 'query'],
    ['header', headers, 'headers'],
  ] as const;
  return places.flatMap(([place, parameters = {}, member]) =>
    Object.entries(parameters).map(([name, { description, schema, required }]: [string, ParameterDescription]) => {
      const example = (place === 'path' ? [...done, ...examples] : done)
        .map((each) => each[member]?.[name])
        .find((each) => each !== undefined);
      return {
        name,
        in: place,
        description,
        ...(required && { required }),
        schema,
        ...(example !== undefined && { example: schema['type'] === 'integer' ? Number(example) : example }),
      };
    }),
  );
}

/** Of handlers that take any. */
const unsaid: ParameterDescription = { description: 'Any.', schema: { type: 'string' }, required: true };

function contentOf(content: Content, types: TypeSchemas, { examples }: OperationDescription): Json {
  return Object.fromEntries(
    Object.entries(content).map(([type, shape]) => {
      const ofType = examples.filter(
        ({ body, type: own = 'application/json', status }) => body !== undefined && own === type && status < 300,
      );
      const named = ofType.map(({ summary, body }) => [inCamelCase(`/${summary}`), { summary, value: body }] as const);
      return [type, { schema: schemaOfShape(shape, types), ...objectOf('examples', Object.fromEntries(named)) }];
    }),
  );
}

function schemaOfShape(shape: Shape, types: TypeSchemas): JsonSchema {
  if ('view' in shape) return types.named(shape.view);
  if ('schema' in shape) return shape.schema;
  const name = shape.dto.name.replace(/Dto$/, '');
  types.components.set(name, schemaOf(shape.dto));
  return { $ref: `#/components/schemas/${name}` };
}

function answerOf({ description, content, headers }: AnswerDescription, route: Route, types: TypeSchemas): Json {
  const returned = content === undefined ? types.returned(route.controller, route.handler) : undefined;
  const bodies =
    content === undefined
      ? returned && { 'application/json': { schema: returned } }
      : Object.fromEntries(
          Object.entries(content).map(([type, shape]) => [type, { schema: schemaOfShape(shape, types) }]),
        );
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
      ),
    }),
    ...(bodies && objectOf('content', bodies)),
  };
}

/** By status, each with the codes that it may have. */
function problemsOf(
  { problems = [], body, tag }: OperationDescription,
  access: Access | undefined,
  isUnlimited: boolean,
): Json {
  const isGuarded = access !== undefined && !('public' in access);
  const codes: readonly ProblemCode[] = [
    ...problems,
    // The server reads the content type before anybody; SDKs are answered in statuses of their own.
    ...(body !== undefined && tag !== 'sdks' ? (['unsupported_media_type'] as const) : []),
    ...(isGuarded ? (['unauthenticated', 'forbidden', 'foreign_page'] as const) : []),
    ...(isUnlimited ? [] : (['rate_limited'] as const)),
  ];
  const statuses = [...new Set(codes.map((code) => statusOf[code]))].sort((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = [...new Set(codes.filter((code) => statusOf[code] === status))];
      const generally = anywhere.filter((code) => statusOf[code] === status && !ofStatus.includes(code));
      const all = [...ofStatus, ...generally];
      const description = all.map((code) => `\`${code}\`: ${english.problems[code][0]}.`).join(' ');
      return [status, { description, content: problemContent({ code: { enum: all }, status: { const: status } }) }];
    }),
  );
}

const problemContent = (properties: Json): Json => {
  const any = { $ref: '#/components/schemas/Problem' };
  const isAny = Object.keys(properties).length === 0;
  return { 'application/problem+json': { schema: isAny ? any : { allOf: [any, { type: 'object', properties }] } } };
};

/** Open: some codes bring members of their own. */
const problem = (): JsonSchema => ({
  $ref: '#/components/schemas/ProblemDocument',
  type: 'object',
  properties: { code: { type: 'string', enum: Object.keys(statusOf).sort() } },
});

/** The published schema, whose parts have names of their own here: tools look for them among the components. */
export function touchpointSchemas(): Record<string, JsonSchema> {
  const { $schema, $id, $defs, examples, ...schema } = schemaFor(NATIVE_TOUCHPOINT, 1) ?? {};
  const nameOf = (part: string): string => `Touchpoint${inCamelCase(`/${part}`)}`;
  const text = JSON.stringify(schema).replace(
    /"#\/\$defs\/([a-z_]+)"/g,
    (_, part: string) => `"#/components/schemas/${nameOf(part)}"`,
  );
  const parts = Object.entries($defs as Record<string, JsonSchema>).map(([part, of]) => [nameOf(part), of] as const);
  return withSharedLists({ Touchpoint: JSON.parse(text) as JsonSchema, ...Object.fromEntries(parts) });
}

/** Lists of codes that are long and used often, once. */
export function withSharedLists(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const lists: Record<string, JsonSchema> = {};
  const text = JSON.stringify(schemas, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('enum' in value)) return value;
    const { enum: codes, ...rest } = value;
    if (!Array.isArray(codes) || codes.length < LONG) return value;
    const name = String(codes[0]).length === 2 ? 'CountryCode' : 'CurrencyCode';
    lists[name] = { type: 'string', enum: [...(codes as string[])].sort() };
    return { ...rest, $ref: `#/components/schemas/${name}` };
  });
  return { ...(JSON.parse(text) as Record<string, JsonSchema>), ...lists };
}
const LONG = 50;

const templateOf = (path: string): string => path.replace(/:([A-Za-z]+)/g, '{$1}');
const inCamelCase = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const sorted = (object: Json): Json => Object.fromEntries(Object.entries(object).sort(([a], [b]) => compare(a, b)));
const listOf = (name: string, list: readonly unknown[]): Json => (list.length > 0 ? { [name]: list } : {});
const objectOf = (name: string, object: Json): Json => (Object.keys(object).length > 0 ? { [name]: object } : {});
