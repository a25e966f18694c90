import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly DocumentedParameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<
        string,
        { readonly schema: object; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }
      >
    >;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** An operation of the document at its address. */
export interface Documented extends DocumentedOperation {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
}

export interface Answered {
  readonly method: string;
  /** As it was asked for. */
  readonly url: string;
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** The committed OpenAPI document. */
export const openapi: Document = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../../docs/api/openapi.json'), 'utf8'),
);

export const operations: readonly Documented[] = Object.entries(openapi.paths).flatMap(([route, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path: route })),
);

/** Clients must bear members that are new; these tests must not, or nobody would document them. */
const open = new Set(['Problem', 'ProblemDocument', 'JsonSchema']);
const strict = {
  ...openapi,
  paths: closed(openapi.paths),
  components: {
    ...openapi.components,
    schemas: Object.fromEntries(
      Object.entries(openapi.components.schemas).map(([name, schema]) => [
        name,
        open.has(name) ? schema : closed(schema),
      ]),
    ),
  },
};

function closed(schema: object): object {
  const text = JSON.stringify(schema, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'properties' in value && 'required' in value
      ? { additionalProperties: false, ...value }
      : value,
  );
  return JSON.parse(text);
}

const ajv = new Ajv2020({ strict: false, allErrors: false, logger: false });
addFormats.default(ajv);
ajv.addSchema(strict, 'openapi');

const escaped = (text: string): string =>
  text.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

const patterns = operations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));

export const operationAt = (method: string, url: string): Documented | undefined => {
  const [address = ''] = url.split('?');
  const found = patterns.filter(({ operation, pattern }) => operation.method === method && pattern.test(address));
  // An address without parameters is the more exact one.
  return (found.find(({ operation }) => operation.path === address) ?? found[0])?.operation;
};

/** What is not as it is documented; nothing when all is well. */
export function undocumented({ method, url, status, type, body }: Answered): string | undefined {
  const operation = operationAt(method, url);
  if (operation === undefined) return `${method} ${url} is not documented`;
  const at = `${method} ${operation.path} ${String(status)}`;
  const answers = `openapi#/paths/${escaped(operation.path)}/${method.toLowerCase()}/responses/${String(status)}`;
  const isNamed = String(status) in operation.responses;
  if (!isNamed && status < 400) return `${at} is not documented`;
  const place = isNamed ? answers : 'openapi#/components/responses/Problem';
  if (body === '') return undefined;
  const media = (type ?? '').split(';')[0] ?? '';
  const validate = ajv.getSchema(`${place}/content/${escaped(media)}/schema`);
  if (validate === undefined) return `${at} is not documented as ${media}`;
  if (validate(/[/+]json$/.test(media) ? JSON.parse(body) : body)) return undefined;
  const [error] = validate.errors ?? [];
  return `${at}: ${error?.instancePath ?? ''} ${error?.message ?? ''} ${JSON.stringify(error?.params)} in ${body.slice(0, 500)}`;
}
