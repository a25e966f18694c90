/** `away` keeps what they have and gets nothing new; `away_and_reassign` gives it back as well. */
export const availabilities = ['online', 'away', 'away_and_reassign', 'offline'] as const;
export type Availability = (typeof availabilities)[number];

/** Why somebody is gone who did not say so: they can no longer have conversations. */
export const endReasons = ['account_disabled', 'key_revoked'] as const;
export type EndReason = (typeof endReasons)[number];

/** `manual`: nothing is given to anybody. Round robin goes by whose turn it is, balanced by who has most room. */
export const routingStrategies = ['manual', 'round_robin', 'balanced'] as const;
export type RoutingStrategy = (typeof routingStrategies)[number];

/** Who can have conversations: kind and id of an account or a key. */
export const AGENT = '^(user|key):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
export const MAX_MEMBERS = 200;
export const MAX_SKILLS = 50;
export const MAX_LANGUAGES = 20;
export const MAX_OVERFLOWS = 5;
/** Rules of a team about what its conversations need, and what they weigh. */
export const MAX_TEAM_RULES = 50;
/** Of what an agent may have at once on one channel, and of one conversation. */
export const MAX_CAPACITY = 1_000;
export const MAX_WEIGHT = 100;
export const MAX_RATE = 100;
export const MAX_WAIT_SECONDS = 604_800;
