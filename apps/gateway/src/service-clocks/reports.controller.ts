import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type BacklogView,
  parseBacklogParameters,
  parseServiceReportParameters,
  type RawParameters,
  type ServiceReportView,
} from '#contracts';
import { GetBacklog, GetServiceReport } from '#wiring';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { formOf, sentAs } from './report-forms.js';
import { getBacklog, getServiceReport } from './report-operations.js';
import { backlogTable, serviceTable } from './report-tables.js';

@Controller('v1/reports')
export class ReportsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('service')
  @Operation(getServiceReport)
  @RequireAbility('read', 'Report')
  async service(
    @Query() query: RawParameters,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServiceReportView | string> {
    const { form, others } = formOf(query, headers.accept);
    const parameters = readable(parseServiceReportParameters(others));
    const report = answered(await this.queries.execute(new GetServiceReport(parameters)));
    return sentAs(form, reply, report, serviceTable);
  }

  @Get('backlog')
  @Operation(getBacklog)
  @RequireAbility('read', 'Report')
  async backlog(
    @Query() query: RawParameters,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BacklogView | string> {
    const { form, others } = formOf(query, headers.accept);
    const parameters = readable(parseBacklogParameters(others));
    const report = answered(await this.queries.execute(new GetBacklog(parameters)));
    return sentAs(form, reply, report, backlogTable);
  }
}
