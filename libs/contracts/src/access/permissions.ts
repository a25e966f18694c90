/**
 * Everything that somebody may be allowed to do: what can be done with what. The closed list behind roles, the scopes of API keys and
 * the routes of the gateway; a pair that is not here does not compile.
 */
export const permissions = {
  /** One's own sign-in: who am I, my sessions, my password. */
  Account: ['read', 'update'],
  Touchpoint: ['create'],
  /** What the SDKs of Segment and RudderStack send, from whoever's browser. */
  SdkMessage: ['create'],
  Customer: ['read', 'erase'],
  Timeline: ['read'],
  /** To `assign` is to give it to somebody else; taking it oneself is an update. */
  Conversation: ['read', 'create', 'update', 'assign'],
  /** Files that go with what is said. */
  Attachment: ['read', 'create'],
  /** To `configure` is to say what root causes there are. */
  Complaint: ['read', 'create', 'update', 'configure'],
  /** Who is in which team, and how conversations find their agents. */
  Team: ['read', 'update'],
  /** What others can do, how much of it, and whether they are there. */
  Agent: ['read', 'update'],
  /** Whether one is there oneself. */
  Availability: ['update'],
  /** What is written once and said often: canned replies and macros. */
  Reply: ['read', 'update'],
  /** What is done by itself, and what is asked for before a conversation is resolved. */
  Rule: ['read', 'update'],
  /** By what waiting is measured: service policies and business calendars. */
  ServicePolicy: ['read', 'update'],
  /** Figures about how customers were served, agents by name among them. */
  Report: ['read'],
  /** The log itself, all customers at once. */
  Event: ['export'],
  /** What came in and what became of it, per source. */
  Debugger: ['read'],
  Metrics: ['read'],
  Projection: ['read', 'update'],
  AuditLog: ['read'],
  ApiKey: ['read', 'create', 'update', 'delete'],
  /** Other people's accounts. */
  User: ['read', 'create', 'update'],
  /** Other people's sessions. */
  Session: ['read', 'delete'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Subject = keyof typeof permissions;
export type ActionOn<Of extends Subject> = (typeof permissions)[Of][number];
export type Action = ActionOn<Subject>;

export interface Permission {
  readonly action: Action;
  readonly subject: Subject;
}

export const subjects: readonly Subject[] = Object.keys(permissions).filter(
  (name): name is Subject => name in permissions,
);

/** All of them, one by one. */
export const everyPermission: readonly Permission[] = subjects.flatMap((subject) =>
  permissions[subject].map((action) => ({ action, subject })),
);
