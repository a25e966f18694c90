/** Everything that an API key may be allowed to do. `admin` allows all of it. */
export const scopes = [
  'touchpoints:write',
  'customers:read',
  'timelines:read',
  'customers:erase',
  'events:export',
  'admin',
] as const;
export type Scope = (typeof scopes)[number];

export const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);

/** Whether somebody with these scopes may do what needs that one. */
export const allows = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.includes(needed) || granted.includes('admin');
