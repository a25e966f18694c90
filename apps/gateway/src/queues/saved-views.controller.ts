import { Controller, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  parseSavedViewCountParameters,
  type RawParameters,
  type SavedViewCountsView,
  type SavedViewsCommandView,
  SavedViewsDto,
  type SavedViewsView,
} from '#contracts';
import { actorOf, actorText } from '#platform/access';
import { CountQueueViews, GetQueueViews, SaveQueueViews, type ViewOwner } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { teamIn } from '../agents/agent-address.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import * as operations from './saved-views-operations.js';

type Address = Readonly<Record<string, unknown>>;

const selfOf = ({ principal }: Caller): string => actorText(actorOf(principal));

@Controller('v1/queue')
export class SavedViewsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get('views')
  @Operation(operations.getOwn)
  @RequireAbility('read', 'Conversation')
  getOwn(
    @Query() query: RawParameters,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SavedViewsView> {
    return this.#get({ person: selfOf(caller) }, query, reply);
  }

  @Get('views/counts')
  @Operation(operations.countOwn)
  @RequireAbility('read', 'Conversation')
  countOwn(@Query() query: RawParameters, @CalledBy() caller: Caller): Promise<SavedViewCountsView> {
    return this.#count({ person: selfOf(caller) }, query, caller);
  }

  /** One's own: whoever may sign in may arrange what they see. */
  @Put('views')
  @Operation(operations.saveOwn)
  @RequireAbility('update', 'Account')
  saveOwn(
    @Req() request: FastifyRequest,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SavedViewsCommandView> {
    return this.#save({ person: selfOf(caller) }, request, caller, reply);
  }

  @Get('teams/:id/views')
  @Operation(operations.getOfTeam)
  @RequireAbility('read', 'Conversation')
  getOfTeam(
    @Param() address: Address,
    @Query() query: RawParameters,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SavedViewsView> {
    return this.#get({ team: teamIn(address) }, query, reply);
  }

  @Get('teams/:id/views/counts')
  @Operation(operations.countOfTeam)
  @RequireAbility('read', 'Conversation')
  countOfTeam(
    @Param() address: Address,
    @Query() query: RawParameters,
    @CalledBy() caller: Caller,
  ): Promise<SavedViewCountsView> {
    return this.#count({ team: teamIn(address) }, query, caller);
  }

  @Put('teams/:id/views')
  @Operation(operations.saveOfTeam)
  @RequireAbility('update', 'Team')
  saveOfTeam(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SavedViewsCommandView> {
    return this.#save({ team: teamIn(address) }, request, caller, reply);
  }

  async #get(owner: ViewOwner, query: RawParameters, reply: FastifyReply): Promise<SavedViewsView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const found = answered(await this.queries.execute(new GetQueueViews(owner, minPosition)));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  async #count(owner: ViewOwner, query: RawParameters, caller: Caller): Promise<SavedViewCountsView> {
    const parameters = readable(parseSavedViewCountParameters(query));
    return answered(await this.queries.execute(new CountQueueViews(owner, selfOf(caller), parameters)));
  }

  async #save(
    owner: ViewOwner,
    request: FastifyRequest,
    caller: Caller,
    reply: FastifyReply,
  ): Promise<SavedViewsCommandView> {
    const asked = commandRequest(caller, request.headers);
    const settings = await parseText(SavedViewsDto, request);
    const saved = answered(await this.commands.execute(new SaveQueueViews(owner, settings, asked)));
    void reply.header('etag', entityTag(saved.version));
    return saved;
  }
}
