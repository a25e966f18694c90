import { type FastifyReply, type FastifyRequest } from 'fastify';
import { forSdk, isSdkRoute } from '../segment/sdk-routes.js';
import { correlationIdOf } from '../server/correlation-id.js';
import { rememberProblem } from './answered-problems.js';
import { languageOf } from './language.js';
import { problemDocument, problemHeaders } from './problem-document.js';
import { type ProblemError } from './problem-error.js';

export function answerProblem(thrown: ProblemError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = isSdkRoute(request.routeOptions.url) ? forSdk(thrown) : thrown;
  rememberProblem(request.raw, problem.code);
  const language = languageOf(request.headers['accept-language']);
  const document = problemDocument(problem, correlationIdOf(request.raw), language);
  void reply
    .code(problem.status)
    .headers(problemHeaders(problem, language))
    // As text: a serializer that somebody sets for JSON must not have a say here.
    .send(JSON.stringify(document));
}
