import { Command } from '@nestjs/cqrs';
import { type ComplaintStep } from '#capabilities';
import { type ComplaintCommandView, type OpenComplaintDto, type RootCausesDto } from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type ComplaintFailure } from './complaint-failures.js';

/** Takes a complaint that is made in a conversation. */
export class OpenComplaint extends Command<Result<ComplaintCommandView, ComplaintFailure>> {
  constructor(
    readonly body: OpenComplaintDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** Takes a step of a complaint. `If-Match` is the version that it must be at. */
export class ChangeComplaint extends Command<Result<ComplaintCommandView, ComplaintFailure>> {
  constructor(
    readonly complaintId: string,
    readonly step: ComplaintStep,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** Says all of the list of root causes. `If-Match` likewise. */
export class DefineRootCauses extends Command<Result<ComplaintCommandView, ComplaintFailure>> {
  constructor(
    readonly list: RootCausesDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}
