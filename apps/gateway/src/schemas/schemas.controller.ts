import { Controller, Get, Header, Param } from '@nestjs/common';
import { type JsonSchema, listSchemas, schemaFor, type SchemaName, schemaPath } from '#contracts';
import { Operation } from '../documents/operation.js';
import * as schemaOperations from './schema-operations.js';
import { PublicRoute } from '../access/required-access.js';
import { ProblemError } from '../problems/problem-error.js';

/** A released schema never changes; a new version has an address of its own. */
const CACHE = 'public, max-age=3600';

export interface SchemaLink extends SchemaName {
  readonly href: string;
}

/** The language of touchpoints and events. Public: it says nothing about anybody, and whoever sends touchpoints needs it first. */
@Controller('v1/schemas')
export class SchemasController {
  @Get()
  @Operation(schemaOperations.listSchemas)
  @PublicRoute()
  @Header('cache-control', CACHE)
  list(): { readonly data: readonly SchemaLink[] } {
    return { data: listSchemas().map((name) => ({ ...name, href: schemaPath(name) })) };
  }

  @Get(':type/:version')
  @Operation(schemaOperations.getSchema)
  @PublicRoute()
  @Header('cache-control', CACHE)
  @Header('content-type', 'application/schema+json; charset=utf-8')
  get(@Param('type') type: string, @Param('version') version: string): JsonSchema {
    const schema = /^[1-9]\d{0,8}$/.test(version) ? schemaFor(type, Number(version)) : undefined;
    if (schema === undefined) throw new ProblemError('schema_not_found');
    return schema;
  }
}
