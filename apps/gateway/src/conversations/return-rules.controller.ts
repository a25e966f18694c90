import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type RuleSettingsCommandView, ReturnRulesDto, type ReturnRulesView } from '#contracts';
import { GetReturnRules, SaveReturnRules } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { Operation } from '../documents/operation.js';
import { unlessKnown } from '../server/entity-tags.js';
import { getReturnRules, saveReturnRules } from '../rules/rule-operations.js';
import { saveSettings } from '../rules/save-settings.js';

@Controller('v1/return-rules')
export class ReturnRulesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(getReturnRules)
  @RequireAbility('read', 'Rule')
  async get(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnRulesView | undefined> {
    return unlessKnown(headers, reply, () => this.queries.execute(new GetReturnRules()));
  }

  @Put()
  @Operation(saveReturnRules)
  @RequireAbility('update', 'Rule')
  async save(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<RuleSettingsCommandView> {
    return saveSettings(this.commands, { request, reply, caller, dto: ReturnRulesDto, command: SaveReturnRules });
  }
}
