import { Controller, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type AgentCommandView,
  type AgentLoadView,
  type AgentOffersView,
  type AgentPage,
  AgentSettingsDto,
  type AgentView,
  AvailabilityDto,
  DeclineDto,
  type OfferDeclinedView,
  parseListParameters,
  type RawParameters,
} from '#contracts';
import { actorOf, actorText } from '#platform/access';
import {
  type AgentChange,
  ChangeAgent,
  DeclineOffer,
  GetAgent,
  GetAgentLoad,
  GetAgentOffers,
  ListAgents,
} from '#wiring';
import { callerOf } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { Asked, type Asking } from '../conversations/asking.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseBody } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { agentIn } from './agent-address.js';
import * as operations from './agent-operations.js';

type Address = Readonly<Record<string, unknown>>;

@Controller('v1/agents')
export class AgentsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(operations.listAgents)
  @RequireAbility('read', 'Agent')
  async list(@Query() query: RawParameters): Promise<AgentPage> {
    return answered(await this.queries.execute(new ListAgents(readable(parseListParameters(query)))));
  }

  /** Before the address of anybody: `me` is nobody's id. */
  @Get('me/offers')
  @Operation(operations.getOwnOffers)
  @RequireAbility('read', 'Agent')
  async ownOffers(@Req() request: FastifyRequest, @Query() query: RawParameters): Promise<AgentOffersView> {
    return this.#offers(actorText(actorOf(callerOf(request).principal)), query);
  }

  /** Who may take a conversation may say that they do not. */
  @Post('me/offers/:id/decline')
  @HttpCode(200)
  @Operation(operations.declineOffer)
  @RequireAbility('update', 'Conversation')
  async decline(@Asked() { id, caller, request }: Asking): Promise<OfferDeclinedView> {
    const { reason } = await parseBody(DeclineDto, request);
    const command = new DeclineOffer(id, reason, commandRequest(caller, request.headers));
    return answered(await this.commands.execute(command));
  }

  @Get(':id/offers')
  @Operation(operations.getAgentOffers)
  @RequireAbility('read', 'Agent')
  async offers(@Param() address: Address, @Query() query: RawParameters): Promise<AgentOffersView> {
    return this.#offers(agentIn(address), query);
  }

  @Get(':id')
  @Operation(operations.getAgent)
  @RequireAbility('read', 'Agent')
  async get(
    @Param() address: Address,
    @Query() query: RawParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const found = answered(await this.queries.execute(new GetAgent(agentIn(address), minPosition)));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  @Get(':id/load')
  @Operation(operations.getAgentLoad)
  @RequireAbility('read', 'Agent')
  async load(@Param() address: Address, @Query() query: RawParameters): Promise<AgentLoadView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    return answered(await this.queries.execute(new GetAgentLoad(agentIn(address), minPosition)));
  }

  /** Before the address of anybody: `me` is nobody's id. */
  @Put('me/availability')
  @Operation(operations.changeOwnAvailability)
  @RequireAbility('update', 'Availability')
  async changeOwn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentCommandView> {
    const { availability } = await parseBody(AvailabilityDto, request);
    const me = actorText(actorOf(callerOf(request).principal));
    return this.#change(me, { type: 'ChangeAvailability', availability }, request, reply);
  }

  @Put(':id/availability')
  @Operation(operations.changeAvailability)
  @RequireAbility('update', 'Agent')
  async changeOther(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentCommandView> {
    const { availability } = await parseBody(AvailabilityDto, request);
    return this.#change(agentIn(address), { type: 'ChangeAvailability', availability }, request, reply);
  }

  @Put(':id')
  @Operation(operations.configureAgent)
  @RequireAbility('update', 'Agent')
  async configure(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentCommandView> {
    const settings = await parseBody(AgentSettingsDto, request);
    return this.#change(agentIn(address), { type: 'ConfigureAgent', settings }, request, reply);
  }

  async #offers(agent: string, query: RawParameters): Promise<AgentOffersView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    return answered(await this.queries.execute(new GetAgentOffers(agent, minPosition)));
  }

  async #change(
    agent: string,
    change: AgentChange,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AgentCommandView> {
    const asked = commandRequest(callerOf(request), request.headers);
    const done = answered(await this.commands.execute(new ChangeAgent(agent, change, asked)));
    void reply.header('etag', entityTag(done.version));
    return done;
  }
}
