import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { RequirementsDto, type RequirementsView, type RuleSettingsCommandView } from '#contracts';
import { GetRequirements, SaveRequirements } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, unlessKnown } from '../server/entity-tags.js';
import { getRequirements, saveRequirements } from './rule-operations.js';

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
    const asked = commandRequest(caller, request.headers);
    const settings = await parseText(RequirementsDto, request);
    const saved = answered(await this.commands.execute(new SaveRequirements(settings, asked)));
    void reply.header('etag', entityTag(saved.version));
    return saved;
  }
}
