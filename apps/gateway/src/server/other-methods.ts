import { type FastifyInstance } from 'fastify';
import { ProblemError } from '../problems/problem-error.js';

/**
 * Answers 405 with `Allow` (RFC 9110 §15.5.6) where there is a route, but not for this method. Call `collect` before the routes are
 * registered and `answer` after them.
 */
export class OtherMethods {
  readonly #methods = new Map<string, Set<string>>();

  collect(instance: FastifyInstance): void {
    instance.addHook('onRoute', ({ url, method }) => {
      const known = this.#methods.get(url) ?? new Set();
      for (const each of [method].flat()) known.add(each);
      this.#methods.set(url, known);
    });
  }

  answer(instance: FastifyInstance): void {
    for (const [url, known] of [...this.#methods]) {
      const allow = [...known].sort().join(', ');
      const method = instance.supportedMethods.filter((each) => !known.has(each));
      const handler = (): never => {
        throw new ProblemError('method_not_allowed', { headers: { allow } });
      };
      instance.route({ method, url, handler });
    }
  }
}
