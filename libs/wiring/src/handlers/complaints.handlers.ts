import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { complaintFigures, findRootCauses, listComplaints } from '#capabilities';
import {
  type ComplaintCommandView,
  type ComplaintFiguresView,
  type ComplaintPage,
  type ComplaintView,
  type RootCausesView,
} from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { actorOf } from '#platform/access';
import { audited } from '../audited.js';
import { changeComplaint, type ComplaintChanged, openComplaint } from '../complaints/change-complaint.js';
import { defineRootCauses } from '../complaints/define-root-causes.js';
import { getComplaint } from '../complaints/get-complaint.js';
import { caughtUp } from '../customer-directory.js';
import { type Installation } from '../installation.js';
import { INSTALLATION } from '../installation.token.js';
import { type ComplaintFailure } from '../messages/complaint-failures.js';
import { ChangeComplaint, DefineRootCauses, OpenComplaint } from '../messages/complaint.commands.js';
import { GetComplaint, GetComplaintFigures, GetRootCauses, ListComplaints } from '../messages/complaint.queries.js';
import { invalidCursor, type QueryFailure } from '../messages/failures.js';

@CommandHandler(OpenComplaint)
export class OpenComplaintHandler implements ICommandHandler<OpenComplaint> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ body, request }: OpenComplaint): Promise<ComplaintChanged> {
    const { once, conversations } = this.installation;
    return once<ComplaintCommandView, ComplaintFailure>(request, { name: 'open-complaint', ...body }, (attempt) =>
      openComplaint(conversations, body, request, attempt),
    );
  }
}

@CommandHandler(ChangeComplaint)
export class ChangeComplaintHandler implements ICommandHandler<ChangeComplaint> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute(asked: ChangeComplaint): Promise<ComplaintChanged> {
    const { complaintId, step, request } = asked;
    const { once, conversations } = this.installation;
    const { expectedVersions = 'any' } = request;
    const command = { name: 'change-complaint', complaintId, step, expectedVersions };
    return once<ComplaintCommandView, ComplaintFailure>(request, command, (attempt) =>
      changeComplaint(conversations, asked, attempt),
    );
  }
}

@CommandHandler(DefineRootCauses)
export class DefineRootCausesHandler implements ICommandHandler<DefineRootCauses> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  execute({ list, request }: DefineRootCauses): Promise<ComplaintChanged> {
    const { once, audit, conversations } = this.installation;
    const { expectedVersions = 'any', principal, correlationId } = request;
    const act = { action: 'root_causes.defined', subject: 'root_causes:all' };
    return audited(
      audit,
      { ...act, actor: actorOf(principal), requestId: correlationId },
      () =>
        once<ComplaintCommandView, ComplaintFailure>(
          request,
          { name: 'define-root-causes', causes: list.causes, expectedVersions },
          (attempt) => defineRootCauses(conversations, list, request, attempt),
        ),
      (changed) =>
        changed.ok
          ? { details: { version: Number(changed.value.version) } }
          : { outcome: 'refused', details: { reason: changed.reason.code } },
    );
  }
}

@QueryHandler(GetComplaint)
export class GetComplaintHandler implements IQueryHandler<GetComplaint> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ complaintId }: GetComplaint): Promise<Result<ComplaintView, ComplaintFailure>> {
    const found = await getComplaint(this.installation.conversations, complaintId);
    return found ? succeed(found) : fail({ code: 'complaint_not_found' });
  }
}

@QueryHandler(ListComplaints)
export class ListComplaintsHandler implements IQueryHandler<ListComplaints> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({
    parameters: { minPosition, ...asked },
  }: ListComplaints): Promise<Result<ComplaintPage, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['complaints', 'conversations']);
    if (late) return fail(late);
    const page = await listComplaints(this.installation.readModels, asked);
    return page.ok ? page : fail(invalidCursor);
  }
}

@QueryHandler(GetComplaintFigures)
export class GetComplaintFiguresHandler implements IQueryHandler<GetComplaintFigures> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ parameters }: GetComplaintFigures): Promise<Result<ComplaintFiguresView, QueryFailure>> {
    const { directory, readModels } = this.installation;
    const late = await caughtUp(directory, parameters.minPosition, ['complaints']);
    if (late) return fail(late);
    // Before the count: what is applied meanwhile may be counted, too, and is not promised.
    const position = await readModels.appliedPosition('complaints');
    return succeed(await complaintFigures(readModels, parameters, position));
  }
}

@QueryHandler(GetRootCauses)
export class GetRootCausesHandler implements IQueryHandler<GetRootCauses> {
  constructor(@Inject(INSTALLATION) private readonly installation: Installation) {}

  async execute({ minPosition }: GetRootCauses): Promise<Result<RootCausesView, QueryFailure>> {
    const late = await caughtUp(this.installation.directory, minPosition, ['root-causes']);
    if (late) return fail(late);
    const row = await findRootCauses(this.installation.readModels);
    return succeed({ version: String(row?.version ?? 0), causes: row?.causes ?? [] });
  }
}

export const complaintHandlers = [
  OpenComplaintHandler,
  ChangeComplaintHandler,
  DefineRootCausesHandler,
  GetComplaintHandler,
  ListComplaintsHandler,
  GetComplaintFiguresHandler,
  GetRootCausesHandler,
];
