import { type IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { isForBrowsers, type TraceContext } from '#contracts';
import { type Principal, type SenderTrace } from '#wiring';
import { type Language, languageOf } from '../problems/language.js';
import { correlationIdOf, traceContextOf } from '../server/correlation-id.js';

export interface Caller {
  readonly principal: Principal;
  /** 32 hexadecimal digits. */
  readonly correlationId: string;
  readonly language: Language;
  /** Where the sender is in a trace. */
  readonly trace?: SenderTrace;
}

const admitted = new WeakMap<IncomingMessage, Principal>();

/** Remembers who is behind a request; only the guard does. */
export const admit = (message: IncomingMessage, principal: Principal): void => {
  admitted.set(message, principal);
};

export const principalOf = (message: IncomingMessage): Principal | undefined => admitted.get(message);

/** Whether somebody calls with a key that everybody can read in a page. */
export const isBrowser = (principal: Principal): boolean => principal.kind === 'key' && isForBrowsers(principal.scopes);

/** A trace as events keep it. */
export const senderTrace = ({ traceparent, tracestate }: TraceContext): SenderTrace => ({
  traceparent,
  ...(tracestate !== undefined && { tracestate }),
});

/** What a command is told of the trace that a request is in. */
export function traceOf(message: IncomingMessage): Pick<Caller, 'trace'> {
  const trace = traceContextOf(message);
  return trace === undefined ? {} : { trace: senderTrace(trace) };
}

/** The parameter of a controller's method that says who calls. */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function callerOf({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): Caller {
  const principal = principalOf(raw);
  if (principal === undefined) throw new Error('a public route asks who calls');
  return {
    principal,
    correlationId: correlationIdOf(raw),
    language: languageOf(headers['accept-language']),
    ...traceOf(raw),
  };
}
