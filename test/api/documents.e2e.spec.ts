import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import addFormats from 'ajv-formats';
import { Controller, Get, Module } from '@nestjs/common';
import { openGateway, type TestGateway } from '../../apps/gateway/src/fixtures/test-gateway.js';
import { PublicRoute } from '../../apps/gateway/src/access/required-access.js';
import { generatedFiles, root } from './document/documents.js';
import { undescribed } from './document/openapi.js';
import { routerPaths, routesOf } from './document/routes.js';

/** Set by `npm run docs`, which writes what the tests otherwise compare. */
const isWriting = process.env['SAFAR_TEST_WRITE_DOCUMENTS'] === '1';

let gateway: TestGateway;
let generated: Readonly<Record<string, string>>;
beforeAll(async () => {
  gateway = await openGateway();
  generated = generatedFiles(gateway.app);
  if (isWriting) for (const [file, text] of Object.entries(generated)) writeFileSync(path.join(root, file), text);
});
afterAll(() => gateway.app.close());

const asyncApiSchema: AnySchemaObject = JSON.parse(
  readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8'),
);
const committed = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The first line that differs, with what is around it: more than a person reads is no help. */
function difference(file: string): string | undefined {
  const [is, ought] = [committed(file), generated[file] ?? ''].map((text) => text.split('\n'));
  const at = ought?.findIndex((line, index) => line !== is?.[index]) ?? -1;
  if (is?.join('\n') === ought?.join('\n')) return undefined;
  const around = (lines: readonly string[] = []) => lines.slice(Math.max(0, at - 2), at + 3).join('\n');
  return `${file}:${String(at + 1)} is old. It says\n${around(is)}\nand the code\n${around(ought)}\nRun: npm run docs`;
}

describe('the documents', () => {
  it.each([
    'docs/api/openapi.json',
    'docs/api/asyncapi.json',
    'docs/api/asyncapi-kafka.json',
    'clients/typescript/safar-api.ts',
  ])('say in %s what the code says', (file) => {
    expect(difference(file)).toBeUndefined();
  });

  it('describe every route', () => {
    expect(undescribed(gateway.app)).toEqual([]);
    const known = new Set(routesOf(gateway.app).map(({ path: each }) => each));
    expect(routerPaths(gateway.app).filter((each) => !known.has(each.replace(/\/?\*$/, '/*')))).toEqual([]);
  });

  it('miss a route that nobody described', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      @PublicRoute()
      open(): string {
        return 'nobody wrote about this';
      }
    }
    @Module({ controllers: [ForgottenController] })
    class ForgottenModule {}
    const other = await openGateway({}, [ForgottenModule]);
    expect(undescribed(other.app)).toEqual(['get /forgotten (ForgottenController.open)']);
    await other.app.close();
  });

  it('keep the recommended rules for OpenAPI', () => {
    const program = path.join(root, 'test/api/lint-openapi.mjs');
    const { stdout, stderr } = spawnSync(process.execPath, [program, 'docs/api/openapi.json'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it.each(['asyncapi', 'asyncapi-kafka'])('are AsyncAPI 3: %s', (name) => {
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
    addFormats.default(ajv);
    const isAsyncApi = ajv.compile(asyncApiSchema);
    const isOne = isAsyncApi(JSON.parse(committed(`docs/api/${name}.json`)));
    expect([isOne, isAsyncApi.errors]).toEqual([true, null]);
  });
});

describe('the records that the document of Kafka shows', () => {
  it('are as it says, headers and values', () => {
    const document = JSON.parse(committed('docs/api/asyncapi-kafka.json')) as KafkaDocument;
    const ajv = new Ajv({ strict: false, logger: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'document', ...document });
    const schemaAt = (pointer: string) => ajv.compile({ $ref: `document${pointer}` });
    const headersOfEvents = schemaAt('#/components/schemas/EventHeaders');
    const { messages } = document.components;
    expect(Object.keys(messages).length).toBeGreaterThan(70);
    for (const [name, { traits, headers, examples }] of Object.entries(messages)) {
      const [example] = examples;
      const isValue = schemaAt(`#/components/messages/${name}/payload`);
      expect([name, isValue(example.payload), isValue.errors]).toEqual([name, true, null]);
      const isHeaders = traits ? headersOfEvents : headers && schemaAt(headers.$ref);
      if (isHeaders) expect([name, isHeaders(example.headers), isHeaders.errors]).toEqual([name, true, null]);
    }
  });
});

interface KafkaDocument {
  readonly components: {
    readonly messages: Readonly<
      Record<
        string,
        {
          readonly traits?: unknown;
          readonly headers?: { readonly $ref: string };
          readonly examples: readonly [{ readonly headers?: unknown; readonly payload: unknown }];
        }
      >
    >;
  };
}

describe('the page at /docs', () => {
  const get = (url: string) => gateway.app.inject({ url });

  it('loads everything from here, and may run nothing else', async () => {
    const page = await get('/docs');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    expect(page.body).not.toMatch(/https?:|<script>/);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links).toHaveLength(5);
    for (const link of links) expect([link, (await get(link)).statusCode]).toEqual([link, 200]);
  });

  it.each(['package.json', '..%2fpackage.json', 'constructor', '__proto__', 'swagger-ui.css%00', ''])(
    'has no file %j',
    async (name) => {
      expect((await get(`/docs/${name}`)).json()).toMatchObject({ code: 'route_not_found' });
    },
  );

  it.each(['openapi', 'asyncapi', 'asyncapi-kafka'])(
    'is made from the %s document, which is served as it is committed',
    async (name) => {
      const answer = await get(`/v1/${name}.json`);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.body).toBe(committed(`docs/api/${name}.json`));
    },
  );
});
