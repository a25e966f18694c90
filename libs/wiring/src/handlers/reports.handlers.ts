import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { backlog, isTimeZone, serviceReport } from '#capabilities';
import { type BacklogView, type ServiceReportView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type QueryFailure } from '../messages/failures.js';
import { GetBacklog, GetServiceReport } from '../messages/report.queries.js';
import { settledPosition } from '../settled-position.js';

const noTimeZone: QueryFailure = {
  code: 'invalid_parameters',
  errors: [{ pointer: '/timeZone', code: 'unknown_value', detail: 'Must be an IANA name, for example Asia/Tehran.' }],
};

@QueryHandler(GetServiceReport)
export class GetServiceReportHandler implements IQueryHandler<GetServiceReport> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters }: GetServiceReport): Promise<Result<ServiceReportView, QueryFailure>> {
    const { directory, readModels, reports, clock } = this.installation;
    const { minPosition, ...asked } = parameters;
    if (asked.timeZone !== undefined && !isTimeZone(asked.timeZone)) return fail(noTimeZone);
    const late = await caughtUp(directory, minPosition, ['response-facts']);
    if (late) return fail(late);
    // Before the count: what is applied meanwhile may be counted, too, and is not promised.
    const position = await readModels.appliedPosition('response-facts');
    const request = { ...asked, now: clock.now(), position };
    return succeed(await reports.count((models) => serviceReport(models, request)));
  }
}

@QueryHandler(GetBacklog)
export class GetBacklogHandler implements IQueryHandler<GetBacklog> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters }: GetBacklog): Promise<Result<BacklogView, QueryFailure>> {
    const { directory, readModels, reports, clock, queues } = this.installation;
    const { minPosition, asOf, ...asked } = parameters;
    const settled = await settledPosition(queues, 'asOf', asOf);
    if (!settled.ok) return settled;
    for (const position of [minPosition, settled.value]) {
      const late = await caughtUp(directory, position, ['queue']);
      if (late) return fail(late);
    }
    const position = await readModels.appliedPosition('queue');
    const request = { ...asked, at: asOf ?? clock.now(), past: asOf !== undefined, position };
    return succeed(await reports.count((models) => backlog(models, request)));
  }
}

export const reportHandlers = [GetServiceReportHandler, GetBacklogHandler];
