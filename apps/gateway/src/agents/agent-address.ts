import { AGENT } from '#contracts';
import { ProblemError } from '../problems/problem-error.js';

const agent = new RegExp(AGENT);
/** As `Code` in the contracts: a word of the organisation. */
const TEAM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]{0,63}$/u;

/** The parameter `id` of an address. @throws ProblemError `agent_not_found`: nobody goes by anything else */
export function agentIn({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string' && agent.test(id)) return id;
  throw new ProblemError('agent_not_found');
}

/** Likewise of a team. */
export function teamIn({ id }: Readonly<Record<string, unknown>>): string {
  if (typeof id === 'string' && TEAM.test(id)) return id;
  throw new ProblemError('team_not_found');
}
