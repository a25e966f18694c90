import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  type ConversationCommandView,
  type ConversationPromisesView,
  MakePromiseDto,
  type RawParameters,
  ReschedulePromiseDto,
} from '#contracts';
import { ChangeConversation, type ConversationChange, GetConversationPromises } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { Asked, type Asking } from './asking.js';
import { conversationIdIn } from './conversation-id.js';
import * as operations from './promise-operations.js';

type Address = Readonly<Record<string, unknown>>;

/** What nothing is called by is unknown to the conversation, which says so. */
const promiseIn = ({ promise }: Address): string => String(promise).toLowerCase();

@Controller('v1/conversations/:id/promises')
export class PromisesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation(operations.getPromises)
  @RequireAbility('read', 'Conversation')
  async get(@Param() address: Address, @Query() query: RawParameters): Promise<ConversationPromisesView> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    return answered(await this.queries.execute(new GetConversationPromises(conversationIdIn(address), minPosition)));
  }

  @Post()
  @HttpCode(200)
  @Operation(operations.makePromise)
  @RequireAbility('update', 'Conversation')
  async make(@Asked() asked: Asking): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'MakePromise', body: await parseText(MakePromiseDto, asked.request) });
  }

  @Post(':promise/keep')
  @HttpCode(200)
  @Operation(operations.keepPromise)
  @RequireAbility('update', 'Conversation')
  keep(@Asked() asked: Asking, @Param() address: Address): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'KeepPromise', promiseId: promiseIn(address) });
  }

  @Post(':promise/reschedule')
  @HttpCode(200)
  @Operation(operations.reschedulePromise)
  @RequireAbility('update', 'Conversation')
  async reschedule(@Asked() asked: Asking, @Param() address: Address): Promise<ConversationCommandView> {
    const body = await parseText(ReschedulePromiseDto, asked.request);
    return this.#change(asked, { type: 'ReschedulePromise', promiseId: promiseIn(address), body });
  }

  @Post(':promise/waive')
  @HttpCode(200)
  @Operation(operations.waivePromise)
  @RequireAbility('update', 'Conversation')
  waive(@Asked() asked: Asking, @Param() address: Address): Promise<ConversationCommandView> {
    return this.#change(asked, { type: 'WaivePromise', promiseId: promiseIn(address) });
  }

  async #change({ id, request, reply, caller }: Asking, change: ConversationChange): Promise<ConversationCommandView> {
    const command = new ChangeConversation(id, change, commandRequest(caller, request.headers));
    const changed = answered(await this.commands.execute(command));
    void reply.header('etag', entityTag(changed.version));
    return changed;
  }
}
