import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type DebuggerPage, parseDebuggerParameters, type RawParameters } from '#contracts';
import { Operation } from '../documents/operation.js';
import { followDebugger, readDebugger } from './debugger-operations.js';
import { RequireAbility } from '../access/required-access.js';
import { readable } from '../customers/answered.js';
import { type ServerSentEvent } from '../timeline/event-stream.js';
import { LiveStreams } from '../timeline/live-streams.js';
import { Debugger, type Noted } from './debugger.js';

const DEFAULT_LIMIT = 50;

/** For whoever connects a source: what arrives, and why something does not. */
@Controller('v1/debugger')
export class DebuggerController {
  constructor(
    private readonly entries: Debugger,
    private readonly streams: LiveStreams,
  ) {}

  /** The last entries of one source, or of all. */
  @Get()
  @Operation(readDebugger)
  @RequireAbility('read', 'Debugger')
  latest(@Query() query: RawParameters): DebuggerPage {
    const { source, limit = DEFAULT_LIMIT } = readable(parseDebuggerParameters(query));
    return { data: this.entries.latest(source, limit), sources: this.entries.sources };
  }

  /** Server-sent events, from now on or behind `Last-Event-ID`. */
  @Get('stream')
  @Operation(followDebugger)
  @RequireAbility('read', 'Debugger')
  follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: RawParameters): void {
    const { source } = readable(parseDebuggerParameters(query));
    const [last] = [request.headers['last-event-id']].flat();
    const events = (signal: AbortSignal): AsyncIterable<ServerSentEvent> =>
      eventsOf(this.entries.follow(source, last, signal));
    this.streams.open(request, reply, { events, permission: { action: 'read', subject: 'Debugger' } });
  }
}

async function* eventsOf(noted: AsyncIterable<Noted>): AsyncGenerator<ServerSentEvent> {
  for await (const data of noted) yield { id: data.id, event: 'skipped' in data ? 'skipped' : data.outcome, data };
}
