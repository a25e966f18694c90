import { type IncomingMessage } from 'node:http';
import { type ProblemCode } from './problem-codes.js';

const answered = new WeakMap<IncomingMessage, ProblemCode>();

/** Remembers with which problem a request was answered, for whoever counts. */
export const rememberProblem = (message: IncomingMessage, code: ProblemCode): void => {
  answered.set(message, code);
};

export const problemCodeOf = (message: IncomingMessage): ProblemCode | undefined => answered.get(message);
