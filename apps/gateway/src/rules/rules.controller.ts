import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { RulesDto, type RulesView, type RuleSettingsCommandView } from '#contracts';
import { GetRules, SaveRules } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { Operation } from '../documents/operation.js';
import { unlessKnown } from '../server/entity-tags.js';
import { getRules, saveRules } from './rule-operations.js';
import { saveSettings } from './save-settings.js';

@Controller('v1/rules')
export class RulesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(getRules)
  @RequireAbility('read', 'Rule')
  async get(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RulesView | undefined> {
    return unlessKnown(headers, reply, () => this.queries.execute(new GetRules()));
  }

  @Put()
  @Operation(saveRules)
  @RequireAbility('update', 'Rule')
  async save(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<RuleSettingsCommandView> {
    return saveSettings(this.commands, { request, reply, caller, dto: RulesDto, command: SaveRules });
  }
}
