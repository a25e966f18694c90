import { type IncomingMessage } from 'node:http';
import { type CommandBus, type ICommand } from '@nestjs/cqrs';
import { type FastifyInstance } from 'fastify';
import { type OpenRequest, type Tracing } from '#platform/telemetry';
import { beginTrace, traceContextOf } from './correlation-id.js';

/**
 * A span for each request and each command. The request's is the child of the caller's and takes its place: what is stored because of
 * the request names this span. Added only where traces are taken.
 */
export function addTracing(instance: FastifyInstance, commands: CommandBus, tracing: Tracing): void {
  const spans = new WeakMap<IncomingMessage, OpenRequest>();
  instance.addHook('onRequest', ({ raw, method }, _reply, done) => {
    const span = tracing.request(method, traceContextOf(raw)?.traceparent);
    spans.set(raw, span);
    beginTrace(raw, span);
    done();
  });
  instance.addHook('onResponse', ({ raw, routeOptions }, { statusCode }, done) => {
    spans.get(raw)?.end({ route: routeOptions.url, status: statusCode });
    done();
  });
  const execute = commands.execute.bind(commands);
  const traced = async (command: ICommand): Promise<unknown> => {
    const span = tracing.command(command.constructor.name, parentOf(command));
    try {
      const answer: unknown = await execute(command);
      span.end();
      return answer;
    } catch (error) {
      span.end(error);
      throw error;
    }
  };
  Object.defineProperty(commands, 'execute', { value: traced });
}

/** Commands say on whose behalf they are done, and in which trace. */
function parentOf(command: object): string | undefined {
  const request: unknown = 'request' in command ? command.request : undefined;
  const trace: unknown =
    typeof request === 'object' && request !== null && 'trace' in request ? request.trace : undefined;
  const traceparent: unknown =
    typeof trace === 'object' && trace !== null && 'traceparent' in trace ? trace.traceparent : undefined;
  return typeof traceparent === 'string' ? traceparent : undefined;
}
