import { Controller, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type BusinessCalendarPage,
  type BusinessCalendarView,
  CalendarSettingsDto,
  type ClockSettingsCommandView,
  parseListParameters,
  type RawParameters,
} from '#contracts';
import { GetCalendar, ListCalendars, SaveCalendar } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, unlessKnown } from '../server/entity-tags.js';
import { type Address, calendarIn } from './calendar-address.js';
import { getCalendar, listCalendars, saveCalendar } from './service-clock-operations.js';

@Controller('v1/calendars')
export class CalendarsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(listCalendars)
  @RequireAbility('read', 'ServicePolicy')
  async list(@Query() query: RawParameters): Promise<BusinessCalendarPage> {
    return answered(await this.queries.execute(new ListCalendars(readable(parseListParameters(query)))));
  }

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
