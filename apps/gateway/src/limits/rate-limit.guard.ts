import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { principalOf } from '../access/caller.js';
import { Allowance } from './allowance.js';
import { Admission } from './admission.js';
import { rateLimitHeaders, RateLimits } from './rate-limits.js';

export const UNLIMITED = 'safar:unlimited';

/** The route is asked by machines that must always have an answer: probes. */
export const Unlimited = (): MethodDecorator => SetMetadata(UNLIMITED, true);

/** After the guard that says who calls: what they may still send. Each request counts as one item. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.get<true | undefined>(UNLIMITED, context.getHandler())) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const caller = { principal: principalOf(request.raw), address: request.ip };
    const allowance = new Allowance(this.limits, this.admission, request.raw, caller).known();
    try {
      allowance.first();
    } finally {
      // Also for what is answered without the hook that knows better, at the end: streams of events.
      if (allowance.spent) void http.getResponse<FastifyReply>().headers(rateLimitHeaders(allowance.spent));
    }
    return true;
  }
}
