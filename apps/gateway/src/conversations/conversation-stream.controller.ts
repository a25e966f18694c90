import { Controller, Get, Inject, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type RawParameters } from '#contracts';
import { CONVERSATION_FEED, type ConversationFeed, GetConversation, PRESENCE, type PresencePort } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { LiveStreams } from '../timeline/live-streams.js';
import { parseResume } from '../timeline/resume.js';
import { sideBySide } from '../timeline/side-by-side.js';
import { Asked, type Asking } from './asking.js';
import { changed, presence } from './live-events.js';
import { followConversation } from './presence-operations.js';

@Controller('v1/conversations')
export class ConversationStreamController {
  constructor(
    private readonly queries: QueryBus,
    private readonly streams: LiveStreams,
    @Inject(PRESENCE) private readonly presence: PresencePort,
    @Inject(CONVERSATION_FEED) private readonly feed: ConversationFeed,
  ) {}

  /** Server-sent events. The id of a change is its position: `Last-Event-ID` or `?after=` continues right behind it. */
  @Get(':id/stream')
  @Operation(followConversation)
  @RequireAbility('read', 'Conversation')
  async follow(@Asked() { id, request, reply }: Asking, @Query() query: RawParameters): Promise<void> {
    const after = readable(parseResume(query, request.headers['last-event-id']));
    const known = answered(await this.queries.execute(new GetConversation(id, after === 'now' ? undefined : after)));
    const from = after === 'now' ? BigInt(known.position) : after;
    this.streams.open(request, reply, {
      events: (signal) =>
        sideBySide(signal, [
          (until) => changed(this.feed.follow(id, from, until)),
          (until) => presence(this.presence.follow(until, id)),
        ]),
      permission: { action: 'read', subject: 'Conversation' },
    });
  }
}
