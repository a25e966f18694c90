import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../access/caller.js';
import { conversationIdIn } from './conversation-id.js';

/** A command on the conversation of the address. */
export interface Asking {
  readonly id: string;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The parameter of a controller's method that is all of it: each of its commands needs the same. */
export const Asked = createParamDecorator((_: unknown, context: ExecutionContext): Asking => {
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest<{ Params: Readonly<Record<string, unknown>> }>>();
  const id = conversationIdIn(request.params);
  return { id, caller: callerOf(request), request, reply: http.getResponse<FastifyReply>() };
});
