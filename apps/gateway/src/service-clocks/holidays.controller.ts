import { Controller, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type HolidaysTakenView,
  MAX_CALENDAR_FILE_BYTES,
  parseHolidayParameters,
  type RawParameters,
} from '#contracts';
import { TakeHolidays } from '#wiring';
import { callerOf } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { BodyBudget } from '../intake/body-budget.js';
import { refuseEncoded } from '../intake/forms.js';
import { withBody } from '../intake/read-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { type Address, calendarIn } from './calendar-address.js';
import { takeHolidays } from './service-clock-operations.js';

/** They come from people, one by one, and each is read at once. */
const limits = { limitBytes: MAX_CALENDAR_FILE_BYTES, budget: new BodyBudget(MAX_CALENDAR_FILE_BYTES * 4) };

@Controller('v1/calendars')
export class HolidaysController {
  constructor(private readonly commands: CommandBus) {}

  @Put(':id/holidays')
  @Operation(takeHolidays)
  @RequireAbility('update', 'ServicePolicy')
  async take(
    @Query() query: RawParameters,
    @Req() request: FastifyRequest<{ Params: Address }>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HolidaysTakenView> {
    const calendarId = calendarIn(request.params);
    const parameters = readable(parseHolidayParameters(query));
    refuseEncoded(request.headers);
    const asked = commandRequest(callerOf(request), request.headers);
    const taken = await withBody(request.raw, limits, (file) =>
      this.commands.execute(new TakeHolidays({ calendarId, file, ...parameters }, asked)),
    );
    const view = answered(taken);
    void reply.header('etag', entityTag(view.version));
    return view;
  }
}
