import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ClockSettingsCommandView, ServicePoliciesDto, type ServicePoliciesView } from '#contracts';
import { GetPolicies, SavePolicies } from '#wiring';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { answered } from '../customers/answered.js';
import { Operation } from '../documents/operation.js';
import { parseText } from '../intake/parse-body.js';
import { commandRequest } from '../server/command-request.js';
import { entityTag, unlessKnown } from '../server/entity-tags.js';
import { getPolicies, savePolicies } from './service-clock-operations.js';

@Controller('v1/service-policies')
export class ServicePoliciesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(getPolicies)
  @RequireAbility('read', 'ServicePolicy')
  async get(
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServicePoliciesView | undefined> {
    return unlessKnown(headers, reply, () => this.queries.execute(new GetPolicies()));
  }

  @Put()
  @Operation(savePolicies)
  @RequireAbility('update', 'ServicePolicy')
  async save(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CalledBy() caller: Caller,
  ): Promise<ClockSettingsCommandView> {
    const asked = commandRequest(caller, request.headers);
    const settings = await parseText(ServicePoliciesDto, request);
    const saved = answered(await this.commands.execute(new SavePolicies(settings, asked)));
    void reply.header('etag', entityTag(saved.version));
    return saved;
  }
}
