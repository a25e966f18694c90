import { type Access } from '#platform/access';

export { type Access };

/** Accounts, sessions and API keys. Injected by this symbol. */
export const ACCESS_PORT: unique symbol = Symbol('Access');
