import { SetMetadata } from '@nestjs/common';

/** What an API key may be allowed to do here. */
export const scopes = ['touchpoints:write', 'customers:read', 'customers:erase'] as const;
export type Scope = (typeof scopes)[number];

export type Access = { readonly public: true } | { readonly scope: Scope };

export const ACCESS = 'safar:access';

/** The route runs for API keys that have this scope. */
export const RequireScope = (scope: Scope): MethodDecorator => SetMetadata(ACCESS, { scope } satisfies Access);

/** The route runs for everybody. */
export const PublicRoute = (): MethodDecorator => SetMetadata(ACCESS, { public: true } satisfies Access);
