import { Controller, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Operation } from '../documents/operation.js';
import { recordTouchpoints } from './touchpoint-operations.js';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { isNdjson, refuseEncoded, wantsRefusedOnly } from '../intake/forms.js';
import { wantsStrict } from '../intake/strict-mode.js';
import { TouchpointIntake } from '../intake/touchpoint-intake.js';
import { ProblemError } from '../problems/problem-error.js';

@Controller('v1/touchpoints')
export class TouchpointsController {
  constructor(private readonly intake: TouchpointIntake) {}

  /** One object, an array of at most 1,000, or NDJSON without end. */
  @Post()
  @Operation(recordTouchpoints)
  @RequireAbility('create', 'Touchpoint')
  async record(
    @Req() { raw, headers }: FastifyRequest,
    @Res() reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<void> {
    refuseEncoded(headers);
    const strict = wantsStrict(headers);
    if (strict && isNdjson(headers)) throw new ProblemError('strict_mode_of_stream');
    const answer = isNdjson(headers)
      ? await this.intake.takeNdjson(raw, caller, wantsRefusedOnly(headers))
      : await this.intake.takeJson(raw, caller, strict);
    await reply.code(answer.status).type(answer.type).send(answer.body);
  }
}
