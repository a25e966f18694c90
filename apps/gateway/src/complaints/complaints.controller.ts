import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ComplaintStep } from '#capabilities';
import {
  AssessComplaintDto,
  CloseComplaintDto,
  type ComplaintCommandView,
  type ComplaintFiguresView,
  type ComplaintPage,
  type ComplaintView,
  DecideComplaintDto,
  InvestigateComplaintDto,
  OpenComplaintDto,
  parseComplaintFiguresParameters,
  parseComplaintListParameters,
  type RawParameters,
  RespondToComplaintDto,
} from '#contracts';
import { ChangeComplaint, GetComplaint, GetComplaintFigures, ListComplaints, OpenComplaint } from '#wiring';
import { callerOf } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered, readable } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseBody, parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag } from '../server/entity-tags.js';
import { complaintIdIn } from './complaint-id.js';
import * as operations from './complaint-operations.js';

type Address = Readonly<Record<string, unknown>>;

@Controller('v1/complaints')
export class ComplaintsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Post()
  @Operation(operations.openComplaint)
  @RequireAbility('create', 'Complaint')
  async open(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    const asked = commandRequest(callerOf(request), request.headers);
    const body = await parseText(OpenComplaintDto, request);
    const opened = answered(await this.commands.execute(new OpenComplaint(body, asked)));
    void reply.header('etag', entityTag(opened.version));
    return opened;
  }

  @Get()
  @Operation(operations.listComplaints)
  @RequireAbility('read', 'Complaint')
  async list(@Query() query: RawParameters): Promise<ComplaintPage> {
    return answered(await this.queries.execute(new ListComplaints(readable(parseComplaintListParameters(query)))));
  }

  /** Before the address of any complaint, whose id is a UUID. */
  @Get('figures')
  @Operation(operations.complaintFigures)
  @RequireAbility('read', 'Complaint')
  async figures(@Query() query: RawParameters): Promise<ComplaintFiguresView> {
    const parameters = readable(parseComplaintFiguresParameters(query));
    return answered(await this.queries.execute(new GetComplaintFigures(parameters)));
  }

  @Get(':id')
  @Operation(operations.getComplaint)
  @RequireAbility('read', 'Complaint')
  async get(@Param() address: Address, @Res({ passthrough: true }) reply: FastifyReply): Promise<ComplaintView> {
    const found = answered(await this.queries.execute(new GetComplaint(complaintIdIn(address))));
    void reply.header('etag', entityTag(found.version));
    return found;
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Operation(operations.acknowledge)
  @RequireAbility('update', 'Complaint')
  acknowledge(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    return this.#step(address, { type: 'Acknowledge' }, request, reply);
  }

  @Post(':id/assess')
  @HttpCode(200)
  @Operation(operations.assess)
  @RequireAbility('update', 'Complaint')
  async assess(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    return this.#step(address, { type: 'Assess', body: await parseBody(AssessComplaintDto, request) }, request, reply);
  }

  @Post(':id/investigate')
  @HttpCode(200)
  @Operation(operations.investigate)
  @RequireAbility('update', 'Complaint')
  async investigate(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    const body = await parseText(InvestigateComplaintDto, request);
    return this.#step(address, { type: 'Investigate', body }, request, reply);
  }

  @Post(':id/respond')
  @HttpCode(200)
  @Operation(operations.respond)
  @RequireAbility('update', 'Complaint')
  async respond(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    const body = await parseText(RespondToComplaintDto, request);
    return this.#step(address, { type: 'Respond', body }, request, reply);
  }

  @Post(':id/decide')
  @HttpCode(200)
  @Operation(operations.decide)
  @RequireAbility('update', 'Complaint')
  async decide(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    return this.#step(address, { type: 'Decide', body: await parseText(DecideComplaintDto, request) }, request, reply);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Operation(operations.close)
  @RequireAbility('update', 'Complaint')
  async close(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    return this.#step(address, { type: 'Close', body: await parseBody(CloseComplaintDto, request) }, request, reply);
  }

  async #step(
    address: Address,
    step: ComplaintStep,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<ComplaintCommandView> {
    const asked = commandRequest(callerOf(request), request.headers);
    const command = new ChangeComplaint(complaintIdIn(address), step, asked);
    const changed = answered(await this.commands.execute(command));
    void reply.header('etag', entityTag(changed.version));
    return changed;
  }
}
