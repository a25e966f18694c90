import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = 'docs/api';

/** Read when they are asked for: most processes are never asked. */
export const committedDocument = (name: 'openapi.json' | 'asyncapi.json' | 'asyncapi-kafka.json'): Promise<string> =>
  readFile(path.join(committedFolder(), name), 'utf8');

/** Above the sources and above the compiled files alike. */
function committedFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, FOLDER, 'openapi.json')) && folder !== path.dirname(folder))
    folder = path.dirname(folder);
  return path.join(folder, FOLDER);
}

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'index.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** Starts Swagger UI; a file of its own, because the page runs no script that stands in it. */
const START = `SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** A file that the page loads, from the installed package; `undefined` for any other name. */
export async function pageAsset(name: string): Promise<{ readonly type: string; readonly bytes: Buffer } | undefined> {
  if (name === 'start.js') return { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(START) };
  // Own names only: `constructor` is no file.
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (type === undefined) return undefined;
  const installed = path.dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json'));
  return { type, bytes: await readFile(path.join(installed, 'static', name)) };
}

export const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Safar</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="stylesheet" href="/docs/index.css" />
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" sizes="32x32" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Everything from here and nothing in line but styles, which Swagger UI sets on its elements. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
