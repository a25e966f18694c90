/** How an agent stood when somebody was looked for. `chosen` is the one of those who were `eligible`. */
export const agentStandings = [
  'chosen',
  'eligible',
  /** Nobody said what they can do, or they can no longer have conversations. */
  'unknown',
  'not_online',
  'lacks_skills',
  'lacks_language',
  /** What it weighs is more than they have room for on its channel. */
  'full',
  /** They were given as many as they may be within a time. */
  'rate_limited',
  /** They were asked, and declined or let the time run out; others are asked first. */
  'let_pass',
] as const;
export type AgentStanding = (typeof agentStandings)[number];

/** Why what was decided was not done: it was otherwise by then, and whoever made it so comes first. */
export const notDoneReasons = [
  /** Somebody has it. */
  'taken',
  /** It is not our turn, or it waits for another team. */
  'changed',
  /** Merged, spam, or not there. */
  'gone',
  'customer_erased',
  /** The account was disabled, or the key has ended. */
  'agent_gone',
] as const;
export type NotDoneReason = (typeof notDoneReasons)[number];

/** Why somebody does not take what they are asked to take. A list, because what is written freely names customers; that is for a note. */
export const declineReasons = ['busy', 'skills', 'language', 'conflict_of_interest', 'other'] as const;
export type DeclineReason = (typeof declineReasons)[number];

/** As many agents as a decision tells of one by one; how many more there were is told as a number. */
export const MAX_CONSIDERED = 50;
