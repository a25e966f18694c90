import { IsString } from 'class-validator';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { ListOf, Optional } from '../events/fields/structure.js';
import { Instant, Line, LengthBetween, Patterns } from '../events/fields/text.js';
import { together } from '../events/fields/dto-class.js';
import { type Scope, scopes } from './scopes.js';

/** Longer than any password may be, so that the answer to a long one is not another. */
const Secret = (): PropertyDecorator => together(IsString(), LengthBetween(1, 1_024));

/** `POST /v1/session` */
export class SignInDto {
  @Public()
  @Line(200)
  name!: string;

  @Public()
  @Secret()
  password!: string;
}

/** `POST /v1/me/password` */
export class PasswordChangeDto {
  @Public()
  @Secret()
  current!: string;

  @Public()
  @Secret()
  next!: string;
}

/** As browsers write it: RFC 6454 §6.2. */
const ORIGIN = '^https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?$';
const MOST_ORIGINS = 20;

/** Whether a page says this of itself, as `Origin`. */
export const isOrigin = (text: string): boolean => text.length <= 300 && new RegExp(ORIGIN).test(text);

/** `POST /v1/keys` */
export class NewApiKeyDto {
  @Public()
  @Line(100)
  name!: string;

  @Public()
  @ListOf(scopes)
  scopes!: Scope[];

  /** Sites whose pages may send with it, for a key with `browser:write`; without it, those of the whole installation. */
  @Public()
  @Optional()
  @Patterns(ORIGIN, 300, MOST_ORIGINS)
  origins?: string[];

  @Public()
  @Optional()
  @Instant()
  expiresAt?: string;
}

/** `POST /v1/keys/{id}/rotate` */
export class RotateApiKeyDto {
  /** How long the secret before works too: 0 to 30 days. */
  @Public()
  @Optional()
  @Whole(0, 2_592_000)
  overlapSeconds?: number;
}
