import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import {
  fieldError,
  type FieldError,
  isForBrowsers,
  mayGrant,
  NewApiKeyDto,
  type Page,
  type RawParameters,
  RotateApiKeyDto,
} from '#contracts';
import { actorOf, type IssuedApiKey } from '#platform/access';
import { type Access, ACCESS_PORT } from '#wiring';
import { Operation } from '../documents/operation.js';
import { createKey, listKeys, revokeKey, rotateKey } from './key-operations.js';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { parseBody } from '../intake/parse-body.js';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';
import { onlyParameters, pageOf } from '../session/list-page.js';
import { type KeyDocument, keyDocument } from './key-document.js';

/** API keys, for those who may give access to others. */
@Controller('v1/keys')
export class KeysController {
  constructor(@Inject(ACCESS_PORT) private readonly access: Access) {}

  @Get()
  @Operation(listKeys)
  @RequireAbility('read', 'ApiKey')
  async list(@Query() query: RawParameters): Promise<Page<KeyDocument>> {
    onlyParameters(query, ['limit', 'cursor']);
    return pageOf('keys', (await this.access.apiKeys.list()).map(keyDocument), query);
  }

  /** The answer shows the key, once. */
  @Post()
  @Operation(createKey)
  @RequireAbility('create', 'ApiKey')
  async create(@CalledBy() { principal, language }: Caller, @Req() request: FastifyRequest): Promise<IssuedApiKey> {
    const { name, scopes, origins, expiresAt } = await parseBody(NewApiKeyDto, request);
    if (!mayGrant(principal, { scopes })) throw new ProblemError('forbidden');
    const isPublic = isForBrowsers(scopes);
    // Everybody can read such a key: it is for nothing else, and only such a key stands in pages.
    const isTooMuch = isPublic && new Set(scopes).size > 1;
    if (isTooMuch) throw invalid(fieldError('/scopes', 'too_many', { limits: [1], language }));
    if (!isPublic && origins !== undefined) throw invalid(fieldError('/origins', 'unknown_field', { language }));
    const expires = expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) };
    if (expires.expiresAt !== undefined && expires.expiresAt <= Date.now())
      throw new ProblemError('invalid_parameters', { errors: [parameterError('/expiresAt', 'out_of_range')] });
    return this.access.apiKeys
      .create({ name, scopes, ...(origins && { origins }), ...expires }, actorOf(principal))
      .catch((cause: unknown) => {
        // Names that are nothing to see: blank, or characters that no font has.
        if (!(cause instanceof RangeError)) throw cause;
        throw new ProblemError('invalid_parameters', { errors: [parameterError('/name', 'invalid_text')], cause });
      });
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @Operation(rotateKey)
  @RequireAbility('update', 'ApiKey')
  async rotate(
    @Param('id') id: string,
    @CalledBy() { principal }: Caller,
    @Req() request: FastifyRequest,
  ): Promise<IssuedApiKey & { readonly previousEndsAt: string }> {
    const { overlapSeconds } = await parseBody(RotateApiKeyDto, request);
    const known = await this.access.apiKeys.find(id);
    if (!known) throw new ProblemError('key_not_found');
    if (!mayGrant(principal, known)) throw new ProblemError('forbidden');
    const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1_000;
    const rotated = await this.access.apiKeys.rotate(id, actorOf(principal), overlapMs);
    if (!rotated) throw new ProblemError('key_not_found');
    return { ...rotated, previousEndsAt: new Date(rotated.previousEndsAt).toISOString() };
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation(revokeKey)
  @RequireAbility('delete', 'ApiKey')
  async revoke(@Param('id') id: string, @CalledBy() { principal }: Caller): Promise<void> {
    if (!(await this.access.apiKeys.revoke(id, actorOf(principal)))) throw new ProblemError('key_not_found');
  }
}

const invalid = (error: FieldError): ProblemError => new ProblemError('invalid_parameters', { errors: [error] });
