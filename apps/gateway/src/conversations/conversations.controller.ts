import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type ConversationCommandView,
  type ConversationPage,
  type ConversationRoutingView,
  type ConversationView,
  OpenConversationDto,
  parseConversationListParameters,
  type RawParameters,
} from '#contracts';
import { actorOf } from '#platform/access';
import { GetConversation, GetConversationRouting, ListConversations, StartConversation } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseBody } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, ifNoneMatch, isKnown } from '../server/entity-tags.js';
import { conversationIdIn } from './conversation-id.js';
import {
  getConversation,
  getConversationRouting,
  listConversations,
  openConversation,
} from './conversation-operations.js';

@Controller('v1/conversations')
export class ConversationsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Post()
  @Operation(openConversation)
  @RequireAbility('create', 'Conversation')
  async open(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<ConversationCommandView> {
    const asked = commandRequest(caller, request.headers);
    const body = await parseBody(OpenConversationDto, request);
    const opened = answered(await this.commands.execute(new StartConversation(body, asked)));
    void reply.header('etag', entityTag(opened.version));
    return opened;
  }

  @Get()
  @Operation(listConversations)
  @RequireAbility('read', 'Conversation')
  async list(
    @Query() query: RawParameters,
    @CalledBy() { principal, correlationId }: Caller,
  ): Promise<ConversationPage> {
    const parameters = readable(parseConversationListParameters(query));
    const by = { actor: actorOf(principal), requestId: correlationId };
    return answered(await this.queries.execute(new ListConversations(parameters, by)));
  }

  @Get(':id')
  @Operation(getConversation)
  @RequireAbility('read', 'Conversation')
  async get(
    @Param() parameters: Readonly<Record<string, unknown>>,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: RawParameters,
  ): Promise<ConversationView | undefined> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const known = ifNoneMatch(headers);
    const found = answered(await this.queries.execute(new GetConversation(conversationIdIn(parameters), minPosition)));
    void reply.header('etag', entityTag(found.version));
    // A snooze that ended by itself changes what is answered, and no version.
    if (found.snoozeEndedAt !== null || !isKnown(known, found.version)) return found;
    void reply.code(304);
    return undefined;
  }

  @Get(':id/routing')
  @Operation(getConversationRouting)
  @RequireAbility('read', 'Conversation')
  async routing(
    @Param() parameters: Readonly<Record<string, unknown>>,
    @Query() query: RawParameters,
  ): Promise<ConversationRoutingView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    return answered(await this.queries.execute(new GetConversationRouting(conversationIdIn(parameters), minPosition)));
  }
}
