import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { parseTimelineParameters, type RawParameters, type TimelineEntryView, type TimelinePage } from '#contracts';
import { GetCustomer, GetTimeline, TIMELINE_FEED, type TimelineFeed } from '#wiring';
import { Operation } from '../documents/operation.js';
import { followTimeline, getTimeline } from './timeline-operations.js';
import { type Caller, CalledBy, callerOf } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { CustomerReference } from '../customers/reference.js';
import { type ServerSentEvent } from './event-stream.js';
import { LiveStreams } from './live-streams.js';
import { parseResume } from './resume.js';
import { asShownTo, shownTo } from './shown-categories.js';

@Controller('v1/customers/:id/timeline')
export class TimelineController {
  constructor(
    private readonly queries: QueryBus,
    private readonly streams: LiveStreams,
    @Inject(TIMELINE_FEED) private readonly feed: TimelineFeed,
  ) {}

  @Get()
  @Operation(getTimeline)
  @RequireAbility('read', 'Timeline')
  async get(
    @CustomerReference() reference: string,
    @Query() query: RawParameters,
    @CalledBy() { principal }: Caller,
  ): Promise<TimelinePage> {
    const parameters = asShownTo(principal, readable(parseTimelineParameters(query)));
    return answered(await this.queries.execute(new GetTimeline({ reference, ...parameters })));
  }

  /** Server-sent events. The id of each is its position: `Last-Event-ID` or `?after=` continues right behind it. */
  @Get('stream')
  @Operation(followTimeline)
  @RequireAbility('read', 'Timeline')
  async follow(
    @CustomerReference() reference: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: RawParameters,
  ): Promise<void> {
    const after = readable(parseResume(query, request.headers['last-event-id']));
    // Somebody who was written a moment ago is known as soon as that position is applied.
    const known = new GetCustomer({ reference, ...(after !== 'now' && { minPosition: after }) });
    const { id } = answered(await this.queries.execute(known));
    const { category } = shownTo(callerOf(request).principal);
    this.streams.open(request, reply, {
      events: (signal) => entries(this.feed.follow(id, after, signal, category)),
      permission: { action: 'read', subject: 'Timeline' },
    });
  }
}

async function* entries(followed: AsyncIterable<TimelineEntryView>): AsyncGenerator<ServerSentEvent> {
  for await (const data of followed) yield { id: data.position, event: 'entry', data };
}
