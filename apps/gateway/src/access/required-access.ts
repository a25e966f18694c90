import { SetMetadata } from '@nestjs/common';
import { type ActionOn, type Permission, type Subject } from '#contracts';

export type Access = { readonly public: true } | Permission;

export const ACCESS = 'safar:access';

/** The route runs for whoever may do this with that: API keys by their scopes, people by their roles. */
export const RequireAbility = <Of extends Subject>(action: ActionOn<Of>, subject: Of): MethodDecorator =>
  SetMetadata(ACCESS, { action, subject } satisfies Access);

/** The route runs for everybody. */
export const PublicRoute = (): MethodDecorator => SetMetadata(ACCESS, { public: true } satisfies Access);

export const NO_SIGN_OF_LIFE = 'safar:no-sign-of-life';

/** A page that was left open calls it by itself: a session that nobody uses ends all the same. */
export const NoSignOfLife = (): MethodDecorator => SetMetadata(NO_SIGN_OF_LIFE, true);
