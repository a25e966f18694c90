import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { correlationIdOf } from '../server/correlation-id.js';
import { GATEWAY_LOGGER } from '../server/tokens.js';
import { logServerProblem } from './log-server-problem.js';
import { answerProblem } from './answer-problem.js';
import { toProblem } from './to-problem.js';

/** Whatever is thrown anywhere behind the front door is answered here. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(GATEWAY_LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    // Whoever has gone is not answered, and their going is no fault of ours.
    if (request.raw.socket.destroyed) return;
    const problem = toProblem(error);
    logServerProblem(this.logger, problem, correlationIdOf(request.raw));
    // The answer has begun: the connection is all that is left to tell the caller with.
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else answerProblem(problem, request, reply);
  }
}
