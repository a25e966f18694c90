import { type Grants } from './roles.js';

/** Everything that an API key may be allowed to do. `admin` allows all of it. */
export const scopes = [
  'touchpoints:write',
  'browser:write',
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

/**
 * Whether a key with these scopes stands in web pages and apps, where everybody can read it. It has no other scope, and nobody believes whoever brings it
 * who they are.
 */
export const isForBrowsers = (granted: readonly Scope[]): boolean => granted.includes('browser:write');

export const grantsOfScopes: Readonly<Record<Exclude<Scope, 'admin'>, Grants>> = {
  'touchpoints:write': { Touchpoint: ['create'], SdkMessage: ['create'], Attachment: ['create'] },
  'browser:write': { SdkMessage: ['create'] },
  'customers:read': { Customer: ['read'] },
  'timelines:read': { Timeline: ['read'] },
  'conversations:read': {
    Conversation: ['read'],
    Attachment: ['read'],
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
    Attachment: ['read', 'create'],
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
