// Prints the TypeScript types of the OpenAPI document on standard input. A program of its own, because its packages are ESM only.
import { text } from 'node:stream/consumers';
import openapiTS, { astToString } from 'openapi-typescript';

process.stdout.write(
  astToString(await openapiTS(JSON.parse(await text(process.stdin)), { emptyObjectsUnknown: true })),
);
