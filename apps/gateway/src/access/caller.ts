import { type IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Principal } from '#wiring';
import { type Language, languageOf } from '../problems/language.js';
import { correlationIdOf, traceContextOf } from '../server/correlation-id.js';

export interface Caller {
  readonly principal: Principal;
  /** 32 hexadecimal digits. */
  readonly correlationId: string;
  readonly language: Language;
  /** W3C Trace Context, where the sender is in a trace. */
  readonly trace?: { readonly traceparent: string; readonly tracestate?: string };
}

const admitted = new WeakMap<IncomingMessage, Principal>();

/** Remembers who is behind a request; only the guard does. */
export const admit = (message: IncomingMessage, principal: Principal): void => {
  admitted.set(message, principal);
};

export const principalOf = (message: IncomingMessage): Principal | undefined => admitted.get(message);

/** The parameter of a controller's method that says who calls. */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { raw, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const principal = principalOf(raw);
  if (principal === undefined) throw new Error('a public route asks who calls');
  const trace = traceContextOf(raw);
  return {
    principal,
    correlationId: correlationIdOf(raw),
    language: languageOf(headers['accept-language']),
    ...(trace && {
      trace: { traceparent: trace.traceparent, ...(trace.tracestate && { tracestate: trace.tracestate }) },
    }),
  };
});
