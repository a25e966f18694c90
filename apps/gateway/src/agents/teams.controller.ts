import { Controller, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type AgentCommandView,
  parseListParameters,
  type RawParameters,
  type TeamPage,
  TeamSettingsDto,
  type TeamView,
} from '#contracts';
import { ConfigureTeam, GetTeam, ListTeams } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { teamIn } from './agent-address.js';
import { configureTeam, getTeam, listTeams } from './agent-operations.js';

type Address = Readonly<Record<string, unknown>>;

@Controller('v1/teams')
export class TeamsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(listTeams)
  @RequireAbility('read', 'Team')
  async list(@Query() query: RawParameters): Promise<TeamPage> {
    return answered(await this.queries.execute(new ListTeams(readable(parseListParameters(query)))));
  }

  @Get(':id')
  @Operation(getTeam)
  @RequireAbility('read', 'Team')
  async get(
    @Param() address: Address,
    @Query() query: RawParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TeamView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const found = answered(await this.queries.execute(new GetTeam(teamIn(address), minPosition)));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  @Put(':id')
  @Operation(configureTeam)
  @RequireAbility('update', 'Team')
  async configure(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<AgentCommandView> {
    const asked = commandRequest(caller, request.headers);
    const settings = await parseText(TeamSettingsDto, request);
    const done = answered(await this.commands.execute(new ConfigureTeam(teamIn(address), settings, asked)));
    void reply.header('etag', entityTag(done.version));
    return done;
  }
}
