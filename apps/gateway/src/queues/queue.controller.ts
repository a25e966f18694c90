import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type LiveCountsView,
  parseQueueCountParameters,
  parseQueueFollowParameters,
  parseQueueParameters,
  type QueueChangeView,
  type QueueCountsView,
  type QueuePage,
  type RawParameters,
} from '#contracts';
import { actorOf, actorText } from '#platform/access';
import { CountQueue, ListQueue, PRESENCE, type PresencePort, QUEUE_FEED, type QueueFeed } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { presence } from '../conversations/live-events.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { type ServerSentEvent } from '../timeline/event-stream.js';
import { LiveStreams } from '../timeline/live-streams.js';
import { parseLastEventId } from '../timeline/resume.js';
import { sideBySide } from '../timeline/side-by-side.js';
import { countQueue, followQueue, listQueue } from './queue-operations.js';

@Controller('v1/queue')
export class QueueController {
  constructor(
    private readonly queries: QueryBus,
    private readonly streams: LiveStreams,
    @Inject(QUEUE_FEED) private readonly feed: QueueFeed,
    @Inject(PRESENCE) private readonly presence: PresencePort,
  ) {}

  @Get()
  @Operation(listQueue)
  @RequireAbility('read', 'Conversation')
  async list(@Query() query: RawParameters, @CalledBy() { principal, correlationId }: Caller): Promise<QueuePage> {
    const parameters = readable(parseQueueParameters(query));
    const by = { actor: actorOf(principal), requestId: correlationId };
    return answered(await this.queries.execute(new ListQueue(parameters, by)));
  }

  @Get('counts')
  @Operation(countQueue)
  @RequireAbility('read', 'Conversation')
  async count(@Query() query: RawParameters, @CalledBy() { principal }: Caller): Promise<QueueCountsView> {
    const parameters = readable(parseQueueCountParameters(query));
    return answered(await this.queries.execute(new CountQueue(parameters, actorText(actorOf(principal)))));
  }

  /** Server-sent events. The id of a change is a position: `Last-Event-ID` or `?after=` continues right behind it. */
  @Get('stream')
  @Operation(followQueue)
  @RequireAbility('read', 'Conversation')
  async follow(
    @Query() query: RawParameters,
    @CalledBy() { principal, correlationId }: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { after, ...selection } = readable(parseQueueFollowParameters(query));
    const known = readable(parseLastEventId(request.headers['last-event-id'])) ?? after;
    // Before the answer begins: whoever reads the list after that misses nothing.
    const actor = actorOf(principal);
    const since = (position: bigint) => this.feed.since(position, { actor, requestId: correlationId });
    const from = known === undefined ? await this.feed.now() : answered(await since(known));
    const self = actorText(actor);
    this.streams.open(request, reply, {
      events: (signal) =>
        sideBySide(signal, [
          (until) => changes(this.feed.follow({ ...selection, self }, from, until)),
          (until) => presence(this.presence.follow(until)),
          (until) => counts(this.feed.counts(selection, self, until)),
        ]),
      permission: { action: 'read', subject: 'Conversation' },
    });
  }
}

async function* changes(followed: AsyncIterable<QueueChangeView>): AsyncGenerator<ServerSentEvent> {
  for await (const data of followed) yield { id: data.position, event: data.item ? 'shown' : 'gone', data };
}

/** Without an id: of the moment, so that whoever comes back is told anew. */
async function* counts(followed: AsyncIterable<LiveCountsView>): AsyncGenerator<ServerSentEvent> {
  for await (const data of followed) yield { event: 'counts', data };
}
