import { Controller, Post, Query, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { parseCloudEventParameters, type RawParameters } from '#contracts';
import { Operation } from '../documents/operation.js';
import { takeCloudEvents } from './cloud-event-operations.js';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { readable } from '../customers/answered.js';
import { refuseEncoded } from '../intake/forms.js';
import { CloudEventIntake } from './cloud-event-intake.js';
import { modeOf } from './cloud-event-request.js';

@Controller('v1/events')
export class CloudEventsController {
  constructor(private readonly intake: CloudEventIntake) {}

  /** CloudEvents 1.0 over HTTP: one in binary or structured mode, or a batch of at most 1,000. */
  @Post()
  @Operation(takeCloudEvents)
  @RequireAbility('create', 'Touchpoint')
  async take(
    @Req() { raw, headers }: FastifyRequest,
    @Res() reply: FastifyReply,
    @CalledBy() caller: Caller,
    @Query() query: RawParameters,
  ): Promise<void> {
    refuseEncoded(headers);
    const { customer } = readable(parseCloudEventParameters(query));
    const answer = await this.intake.take(raw, modeOf(headers), { headers, caller, customer });
    await reply.code(answer.status).type(answer.type).send(answer.body);
  }
}
