import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { RequirementsDto, type RequirementsView, type RuleSettingsCommandView } from '#contracts';
import { GetRequirements, SaveRequirements } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { Operation } from '../documents/operation.js';
import { unlessKnown } from '../server/entity-tags.js';
import { getRequirements, saveRequirements } from './rule-operations.js';
import { saveSettings } from './save-settings.js';

@Controller('v1/requirements')
export class RequirementsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(getRequirements)
  @RequireAbility('read', 'Rule')
  async get(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RequirementsView | undefined> {
    return unlessKnown(headers, reply, () => this.queries.execute(new GetRequirements()));
  }

  @Put()
  @Operation(saveRequirements)
  @RequireAbility('update', 'Rule')
  async save(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<RuleSettingsCommandView> {
    return saveSettings(this.commands, { request, reply, caller, dto: RequirementsDto, command: SaveRequirements });
  }
}
