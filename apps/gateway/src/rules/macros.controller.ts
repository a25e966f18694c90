import { Controller, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  ApplyMacroDto,
  type ConversationCommandView,
  MacrosDto,
  type MacrosView,
  type RuleSettingsCommandView,
} from '#contracts';
import { ChangeConversation, GetMacros, SaveMacros } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { Asked, type Asking } from '../conversations/asking.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseBody } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, unlessKnown } from '../server/entity-tags.js';
import { applyMacro, getMacros, saveMacros } from './rule-operations.js';
import { saveSettings } from './save-settings.js';

@Controller('v1')
export class MacrosController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get('macros')
  @Operation(getMacros)
  @RequireAbility('read', 'Reply')
  async get(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MacrosView | undefined> {
    return unlessKnown(headers, reply, () => this.queries.execute(new GetMacros()));
  }

  @Put('macros')
  @Operation(saveMacros)
  @RequireAbility('update', 'Reply')
  async save(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<RuleSettingsCommandView> {
    return saveSettings(this.commands, { request, reply, caller, dto: MacrosDto, command: SaveMacros });
  }

  @Post('conversations/:id/macro')
  @HttpCode(200)
  @Operation(applyMacro)
  @RequireAbility('update', 'Conversation')
  async apply(@Asked() { id, request, reply, caller }: Asking): Promise<ConversationCommandView> {
    const change = { type: 'ApplyMacro', body: await parseBody(ApplyMacroDto, request) } as const;
    const asked = commandRequest(caller, request.headers);
    const done = answered(await this.commands.execute(new ChangeConversation(id, change, asked)));
    void reply.header('etag', entityTag(done.version));
    return done;
  }
}
