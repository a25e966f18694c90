import { type Grants } from './roles.js';

/** Everything that an API key may be allowed to do. `admin` allows all of it. */
export const scopes = [
  'touchpoints:write',
  'customers:read',
  'timelines:read',
  'conversations:read',
  'conversations:write',
  'customers:erase',
  'events:export',
  'debugger:read',
  'metrics:read',
  'audit:read',
  'admin',
] as const;
export type Scope = (typeof scopes)[number];

export const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);

export const grantsOfScopes: Readonly<Record<Exclude<Scope, 'admin'>, Grants>> = {
  'touchpoints:write': { Touchpoint: ['create'] },
  'customers:read': { Customer: ['read'] },
  'timelines:read': { Timeline: ['read'] },
  'conversations:read': {
    Conversation: ['read'],
    Complaint: ['read'],
    Team: ['read'],
    Agent: ['read'],
    Reply: ['read'],
    Rule: ['read'],
    ServicePolicy: ['read'],
    // Whoever may read all conversations can count them.
    Report: ['read'],
  },
  'conversations:write': {
    Conversation: ['read', 'create', 'update', 'assign'],
    Complaint: ['read', 'create', 'update'],
    Team: ['read'],
    Agent: ['read'],
    Availability: ['update'],
    Reply: ['read'],
    Rule: ['read'],
    ServicePolicy: ['read'],
  },
  'customers:erase': { Customer: ['erase'] },
  'events:export': { Event: ['export'] },
  'debugger:read': { Debugger: ['read'] },
  'metrics:read': { Metrics: ['read'] },
  'audit:read': { AuditLog: ['read'] },
};
