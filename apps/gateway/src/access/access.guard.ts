import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem-error.js';
import { Authenticator } from './authenticator.js';
import { admit } from './caller.js';
import { ACCESS, type Access, NO_SIGN_OF_LIFE } from './required-access.js';

/**
 * Every route of every controller passes here, however its address was spelled, after routing and before its body is read. Deny by
 * default: a route that does not say who may call it is closed to everybody.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (access === undefined) throw new ProblemError('forbidden');
    if ('public' in access) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const activity = this.reflector.get<true | undefined>(NO_SIGN_OF_LIFE, context.getHandler()) !== true;
    admit(request.raw, await this.authenticator.authorize(request, access, { activity }));
    return true;
  }
}
