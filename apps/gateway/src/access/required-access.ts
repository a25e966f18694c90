import { SetMetadata } from '@nestjs/common';
import { type Scope } from '#platform/access';

export type Access = { readonly public: true } | { readonly scope: Scope };

export const ACCESS = 'safar:access';

/** The route runs for API keys that have this scope. */
export const RequireScope = (scope: Scope): MethodDecorator => SetMetadata(ACCESS, { scope } satisfies Access);

/** The route runs for everybody. */
export const PublicRoute = (): MethodDecorator => SetMetadata(ACCESS, { public: true } satisfies Access);
