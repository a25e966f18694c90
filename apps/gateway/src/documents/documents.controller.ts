import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { PublicRoute } from '../access/required-access.js';
import { ProblemError } from '../problems/problem-error.js';
import { committedDocument, page, pageAsset, pagePolicy } from './document-files.js';
import { readAsset, readAsyncApi, readKafkaAsyncApi, readOpenApi, readPage } from './document-operations.js';
import { Operation } from './operation.js';

const CACHE = 'public, max-age=300';
const JSON_TYPE = 'application/json; charset=utf-8';

/** What integrators read. Public: it holds nothing that the code, which is public, does not hold. */
@Controller()
export class DocumentsController {
  @Get('v1/openapi.json')
  @PublicRoute()
  @Header('cache-control', CACHE)
  @Header('content-type', JSON_TYPE)
  @Operation(readOpenApi)
  openApi(): Promise<string> {
    return committedDocument('openapi.json');
  }

  @Get('v1/asyncapi.json')
  @PublicRoute()
  @Header('cache-control', CACHE)
  @Header('content-type', JSON_TYPE)
  @Operation(readAsyncApi)
  asyncApi(): Promise<string> {
    return committedDocument('asyncapi.json');
  }

  @Get('v1/asyncapi-kafka.json')
  @PublicRoute()
  @Header('cache-control', CACHE)
  @Header('content-type', JSON_TYPE)
  @Operation(readKafkaAsyncApi)
  kafkaAsyncApi(): Promise<string> {
    return committedDocument('asyncapi-kafka.json');
  }

  @Get('docs')
  @PublicRoute()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', pagePolicy)
  @Operation(readPage)
  page(): string {
    return page;
  }

  @Get('docs/:file')
  @PublicRoute()
  @Operation(readAsset)
  async asset(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const asset = await pageAsset(file);
    if (asset === undefined) throw new ProblemError('route_not_found');
    await reply.header('cache-control', CACHE).type(asset.type).send(asset.bytes);
  }
}
