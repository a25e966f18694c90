import { Controller, Get, Inject, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Metrics } from '#platform/telemetry';
import { RequireAbility } from '../access/required-access.js';
import { Operation } from '../documents/operation.js';
import { METRICS } from '../server/tokens.js';
import { readMetrics } from './metric-operations.js';

@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  /** For Prometheus, in its text format. */
  @Get()
  @Operation(readMetrics)
  @RequireAbility('read', 'Metrics')
  async read(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.metrics.contentType).send(await this.metrics.exposition());
  }
}
