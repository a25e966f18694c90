import { Controller, Get, Param, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type BusinessCalendarView, CalendarSettingsDto, type ClockSettingsCommandView } from '#contracts';
import { GetCalendar, SaveCalendar } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { ProblemError } from '../problems/problem-error.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, unlessKnown } from '../server/entity-tags.js';
import { getCalendar, saveCalendar } from './service-clock-operations.js';

type Address = Readonly<Record<string, unknown>>;

/** As `Code` in the contracts: a word of the organisation. */
const CALENDAR = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]{0,63}$/u;

@Controller('v1/calendars')
export class CalendarsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get(':id')
  @Operation(getCalendar)
  @RequireAbility('read', 'ServicePolicy')
  async get(
    @Param() address: Address,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BusinessCalendarView | undefined> {
    return unlessKnown(headers, reply, async () =>
      answered(await this.queries.execute(new GetCalendar(calendarIn(address)))),
    );
  }

  @Put(':id')
  @Operation(saveCalendar)
  @RequireAbility('update', 'ServicePolicy')
  async save(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<ClockSettingsCommandView> {
    const asked = commandRequest(caller, request.headers);
    const calendar = await parseText(CalendarSettingsDto, request);
    const saved = answered(await this.commands.execute(new SaveCalendar(calendarIn(address), calendar, asked)));
    void reply.header('etag', entityTag(saved.version));
    return saved;
  }
}

/** @throws ProblemError `calendar_not_found`: no calendar goes by anything else */
function calendarIn({ id }: Address): string {
  if (typeof id === 'string' && CALENDAR.test(id)) return id;
  throw new ProblemError('calendar_not_found');
}
