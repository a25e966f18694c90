import { Controller, Get, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ComplaintCommandView, type RawParameters, RootCausesDto, type RootCausesView } from '#contracts';
import { DefineRootCauses, GetRootCauses } from '#wiring';
import { callerOf } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { defineRootCauses, getRootCauses } from './complaint-operations.js';

@Controller('v1/root-causes')
export class RootCausesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(getRootCauses)
  @RequireAbility('read', 'Complaint')
  async get(@Query() query: RawParameters, @Res({ passthrough: true }) reply: FastifyReply): Promise<RootCausesView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const found = answered(await this.queries.execute(new GetRootCauses(minPosition)));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  @Put()
  @Operation(defineRootCauses)
  @RequireAbility('configure', 'Complaint')
  async define(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    const asked = commandRequest(callerOf(request), request.headers);
    const list = await parseText(RootCausesDto, request);
    const defined = answered(await this.commands.execute(new DefineRootCauses(list, asked)));
    void reply.header('etag', entityTag(defined.version));
    return defined;
  }
}
