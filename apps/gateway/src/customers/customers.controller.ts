import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type CustomerPage, type CustomerView, parseCustomerListParameters, type RawParameters } from '#contracts';
import { actorOf } from '#platform/access';
import { EraseCustomer, GetCustomer, ListCustomers } from '#wiring';
import { Operation } from '../documents/operation.js';
import { eraseCustomer, getCustomer, listCustomers } from './customer-operations.js';
import { type Caller, CalledBy } from '../access/caller.js';
import { RequireAbility } from '../access/required-access.js';
import { commandRequest } from '../server/command-request.js';
import { unlessKnown } from '../server/entity-tags.js';
import { refuseEncoded } from '../intake/forms.js';
import { answered, readable } from './answered.js';
import { type ErasureView, erasureView, parseErasure } from './erasure.js';
import { CustomerReference } from './reference.js';
import { parsePositionParameter } from './position-parameter.js';

@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Operation(listCustomers)
  @RequireAbility('read', 'Customer')
  async list(@Query() query: RawParameters, @CalledBy() { principal, correlationId }: Caller): Promise<CustomerPage> {
    const parameters = readable(parseCustomerListParameters(query));
    return answered(
      await this.queries.execute(
        new ListCustomers(parameters, { actor: actorOf(principal), requestId: correlationId }),
      ),
    );
  }

  @Get(':id')
  @Operation(getCustomer)
  @RequireAbility('read', 'Customer')
  async get(
    @CustomerReference() reference: string,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: RawParameters,
  ): Promise<CustomerView | undefined> {
    const minPosition = readable(parsePositionParameter(query, 'minPosition'));
    const parameters = { reference, ...(minPosition !== undefined && { minPosition }) };
    return unlessKnown(headers, reply, async () => answered(await this.queries.execute(new GetCustomer(parameters))));
  }

  /**
   * A command and not DELETE: it needs a reason, it leaves a record behind, and a DELETE that a proxy repeats after the customer came
   * back would erase what they have sent since.
   */
  @Post(':id/erase')
  @HttpCode(200)
  @Operation(eraseCustomer)
  @RequireAbility('erase', 'Customer')
  async erase(
    @CustomerReference() reference: string,
    @Req() { raw, headers }: FastifyRequest,
    @CalledBy() caller: Caller,
  ): Promise<ErasureView> {
    refuseEncoded(headers);
    const request = commandRequest(caller, headers);
    const reason = await parseErasure(raw, caller.language);
    return erasureView(answered(await this.commands.execute(new EraseCustomer(reference, reason, request))));
  }
}
