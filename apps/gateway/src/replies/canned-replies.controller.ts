import { Controller, Delete, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type CannedReplyCommandView,
  type CannedReplyPage,
  CannedReplySettingsDto,
  type CannedReplyView,
  parseCannedReplyListParameters,
  type RawParameters,
} from '#contracts';
import { ChangeCannedReply, GetCannedReply, ListCannedReplies } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { cannedReplyIn } from './canned-reply-id.js';
import * as operations from './canned-reply-operations.js';

type Address = Readonly<Record<string, unknown>>;

@Controller('v1/canned-replies')
export class CannedRepliesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(operations.listCannedReplies)
  @RequireAbility('read', 'Reply')
  async list(@Query() query: RawParameters): Promise<CannedReplyPage> {
    const parameters = readable(parseCannedReplyListParameters(query));
    return answered(await this.queries.execute(new ListCannedReplies(parameters)));
  }

  @Get(':reply')
  @Operation(operations.getCannedReply)
  @RequireAbility('read', 'Reply')
  async get(
    @Param() address: Address,
    @Query() query: RawParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CannedReplyView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const found = answered(await this.queries.execute(new GetCannedReply(cannedReplyIn(address), minPosition)));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  @Put(':reply')
  @Operation(operations.saveCannedReply)
  @RequireAbility('update', 'Reply')
  async save(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<CannedReplyCommandView> {
    const change = { type: 'Save', reply: await parseText(CannedReplySettingsDto, request) } as const;
    const asked = commandRequest(caller, request.headers);
    const done = answered(await this.commands.execute(new ChangeCannedReply(cannedReplyIn(address), change, asked)));
    void reply.header('etag', entityTag(done.version));
    return done;
  }

  @Delete(':reply')
  @Operation(operations.removeCannedReply)
  @RequireAbility('update', 'Reply')
  async remove(
    @Param() address: Address,
    @Req() { headers }: FastifyRequest,
    @CalledBy() caller: Caller,
  ): Promise<CannedReplyCommandView> {
    const asked = commandRequest(caller, headers);
    return answered(
      await this.commands.execute(new ChangeCannedReply(cannedReplyIn(address), { type: 'Remove' }, asked)),
    );
  }
}
