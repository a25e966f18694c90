import { type ActionOn, type Subject } from './permissions.js';

/** What a role or a scope allows: actions by subject. */
export type Grants = { readonly [Of in Subject]?: readonly ActionOn<Of>[] };

/** What people are. Somebody may have several roles and then may do what any of them allows. */
export const roles = ['agent', 'lead', 'analyst', 'operations', 'integrator', 'admin'] as const;
export type Role = (typeof roles)[number];

export const isRole = (text: string): text is Role => roles.some((role) => role === text);

/** Everybody who signed in or brought a key may see who they are; signing in gives a password and sessions to look after. */
const ownAccount: Grants = { Account: ['read', 'update'] };

const agent: Grants = {
  ...ownAccount,
  Touchpoint: ['create'],
  Customer: ['read'],
  Timeline: ['read'],
  Conversation: ['read', 'create', 'update'],
  Attachment: ['read', 'create'],
  Complaint: ['read', 'create', 'update'],
  Team: ['read'],
  Agent: ['read'],
  Availability: ['update'],
  Reply: ['read'],
  Rule: ['read'],
  ServicePolicy: ['read'],
};

/**
 * What each role is for, in grants. `admin` is not listed: it may do everything, also what a later version adds. Erasing, keys and
 * accounts stay with it: each of them is a way to more than one was given.
 */
export const grantsOfRoles: Readonly<Record<Exclude<Role, 'admin'>, Grants>> = {
  agent,
  // Knows who is on the team, and says who does what.
  lead: {
    ...agent,
    Conversation: ['read', 'create', 'update', 'assign'],
    Complaint: ['read', 'create', 'update', 'configure'],
    Team: ['read', 'update'],
    Agent: ['read', 'update'],
    Reply: ['read', 'update'],
    Rule: ['read', 'update'],
    ServicePolicy: ['read', 'update'],
    Report: ['read'],
    User: ['read'],
  },
  analyst: {
    ...ownAccount,
    Customer: ['read'],
    Timeline: ['read'],
    Conversation: ['read'],
    Attachment: ['read'],
    Complaint: ['read'],
    Team: ['read'],
    Agent: ['read'],
    Reply: ['read'],
    Rule: ['read'],
    ServicePolicy: ['read'],
    Report: ['read'],
    Projection: ['read'],
  },
  // Follow-ups and alerts, and whether the platform under them keeps up.
  operations: { ...agent, Report: ['read'], Projection: ['read'], Metrics: ['read'], Debugger: ['read'] },
  // Sends touchpoints, reads timelines back and sees why something was refused.
  integrator: {
    ...agent,
    Conversation: ['read'],
    Complaint: ['read'],
    Availability: [],
    Debugger: ['read'],
    ApiKey: ['read'],
  },
};
