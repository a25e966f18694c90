import { randomBytes, randomInt } from 'node:crypto';
import { hash, parseOptions, verify } from '@node-rs/argon2';

/**
 * argon2id (RFC 9106) with 19 MiB, 2 passes and 1 lane: the first choice of the OWASP Password Storage Cheat Sheet. About 25 ms of one
 * core.
 */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Beside requests on two cores, and of the four threads that Node has for such work. 38 MiB at most. */
const AT_ONCE = 2;
/** About half a second of work; whoever comes then is told to come back. */
const WAITING = 32;
const BUSY_RETRY_MS = 1_000;

export const LEAST_PASSWORD_LENGTH = 12;
export const MOST_PASSWORD_LENGTH = 256;

/** More passwords are waiting to be checked than can be in reasonable time. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
  readonly retryAfterMs = BUSY_RETRY_MS;
  constructor() {
    super('too many passwords are being checked');
  }
}

/** Hashes and checks passwords, few at a time: each takes 19 MiB, and sign-ins must not stand in the way of everything else. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** Stands in for the hash of somebody who does not exist, so that finding that out takes as long as a wrong password. */
  readonly #nobody = hash(randomBytes(32), PARAMETERS);

  constructor(
    private readonly limits: { readonly atOnce: number; readonly waiting: number } = {
      atOnce: AT_ONCE,
      waiting: WAITING,
    },
  ) {
    // Awaited with the first sign-in; until then it is nobody's rejection.
    this.#nobody.catch(() => undefined);
  }

  /** @throws PasswordsBusyError */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalised(password), PARAMETERS));
  }

  /**
   * Whether it is the password behind the hash; as much work where there is no hash.
   * @throws PasswordsBusyError
   */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const known = stored ?? (await this.#nobody);
    const isRight = await this.#inTurn(() => verify(known, normalised(password)));
    return isRight && stored !== undefined;
  }

  /** Whether a hash was made with other parameters than these: the password is hashed anew when it is known, at a sign-in. */
  isOutdated(stored: string): boolean {
    const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(stored);
    const used = { algorithm: Number(algorithm), memoryCost, timeCost, parallelism };
    return Object.entries(PARAMETERS).some(([name, value]) => used[name as keyof typeof PARAMETERS] !== value);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.limits.atOnce) {
      if (this.#waiting.length >= this.limits.waiting) throw new PasswordsBusyError();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes to the next one; nobody can come in between.
      if (next) next();
      else this.#running -= 1;
    }
  }
}

/** One password, however a keyboard composes its letters (NIST SP 800-63B §5.1.1.2). */
const normalised = (password: string): string => password.normalize('NFKC');

/** What is wrong with a new password: length is what counts, not kinds of characters (NIST SP 800-63B). */
export function weaknessOf(password: string, userName: string): 'too_short' | 'too_long' | 'guessable' | undefined {
  const length = [...normalised(password)].length;
  if (length < LEAST_PASSWORD_LENGTH) return 'too_short';
  if (length > MOST_PASSWORD_LENGTH) return 'too_long';
  const plain = normalised(password).toLowerCase();
  const withoutName = plain.replaceAll(userName.toLowerCase(), '').replaceAll('safar', '').replaceAll('password', '');
  return new Set(withoutName).size < 5 ? 'guessable' : undefined;
}

/** Without the letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 24 characters, 118 bits, in groups that a person can type. */
export const newPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '').join(''),
  ).join('-');
