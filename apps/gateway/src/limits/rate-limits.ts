import { createHash, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type HttpConfig, type Principal } from '#wiring';
import { HTTP_CONFIG } from '../server/tokens.js';

const BURST_SECONDS = 60;
/** Addresses share so many counters: a million of them need no more memory than one, and nobody can choose whose counter they share. */
const ADDRESS_COUNTERS = 16_384;

/** What a caller may still do under a policy, and until when. */
interface Left {
  readonly policy: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetMs: number;
}

export type Spent =
  | { readonly ok: true; readonly left: readonly Left[] }
  | { readonly ok: false; readonly left: readonly Left[]; readonly retryAfterMs: number };

/**
 * A token bucket in two windows: so many items in each second, and so many more in each minute for whoever has saved them up. A refused
 * request costs nothing: who asks for too much at once may still ask for less.
 */
class Bucket {
  readonly #sustained: RateLimiterMemory;
  readonly #burst: RateLimiterMemory;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.#sustained = new RateLimiterMemory({ points: perSecond, duration: 1 });
    this.#burst = new RateLimiterMemory({ points: burst, duration: BURST_SECONDS });
  }

  async spend(key: string, items: number): Promise<Spent> {
    const sustained = await consume(this.#sustained, key, items);
    if (sustained.ok) return { ok: true, left: this.#left(sustained.result, await this.#burst.get(key)) };
    await this.#sustained.reward(key, items);
    const burst = await consume(this.#burst, key, items);
    if (burst.ok) return { ok: true, left: this.#left(await this.#sustained.get(key), burst.result) };
    const returned = await this.#burst.reward(key, items);
    const left = this.#left(await this.#sustained.get(key), returned);
    // More than a second may ever hold has to wait for the burst.
    const retryAfterMs = items > this.perSecond ? burst.result.msBeforeNext : sustained.result.msBeforeNext;
    return { ok: false, left, retryAfterMs };
  }

  #left(sustained: RateLimiterRes | null, burst: RateLimiterRes | null): readonly Left[] {
    return [
      leftOf('sustained', { quota: this.perSecond, windowSeconds: 1 }, sustained),
      leftOf('burst', { quota: this.burst, windowSeconds: BURST_SECONDS }, burst),
    ];
  }
}

function leftOf(
  policy: string,
  { quota, windowSeconds }: Pick<Left, 'quota' | 'windowSeconds'>,
  state: RateLimiterRes | null,
): Left {
  const remaining = Math.max(0, quota - (state?.consumedPoints ?? 0));
  return { policy, quota, windowSeconds, remaining, resetMs: state?.msBeforeNext ?? windowSeconds * 1_000 };
}

/** The library rejects with the state where it refuses. */
async function consume(
  limiter: RateLimiterMemory,
  key: string,
  items: number,
): Promise<{ readonly ok: boolean; readonly result: RateLimiterRes }> {
  try {
    return { ok: true, result: await limiter.consume(key, items) };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { ok: false, result: refused };
    throw refused;
  }
}

/** How much each caller may send: who is known by who they are, others by their address. */
@Injectable()
export class RateLimits {
  readonly #known: Bucket;
  readonly #strangers: Bucket;
  readonly #salt = randomBytes(16);

  constructor(@Inject(HTTP_CONFIG) private readonly config: HttpConfig) {
    const { rates } = config;
    this.#known = new Bucket(rates.itemsPerSecond, rates.burstItems);
    this.#strangers = new Bucket(rates.anonymousPerSecond, rates.anonymousBurst);
  }

  /** Items that a caller gets at once sooner or later, however many were asked for before. */
  portionOf(principal: Principal | undefined): number {
    const { itemsPerSecond, anonymousPerSecond } = this.config.rates;
    return Math.max(1, principal ? itemsPerSecond : anonymousPerSecond);
  }

  spend({ kind, id }: Principal, items: number): Promise<Spent> {
    return this.#known.spend(`${kind}:${id}`, items);
  }

  spendAsStranger(address: string, items: number): Promise<Spent> {
    const counter = createHash('sha256').update(this.#salt).update(networkOf(address)).digest().readUInt32BE(0);
    return this.#strangers.spend(String(counter % ADDRESS_COUNTERS), items);
  }
}

/** One household or server has 2^64 addresses of IPv6: they count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter((group) => group !== '').length;
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')].slice(0, 4).join(':');
}

/**
 * `RateLimit-Policy` and `RateLimit` as lists of structured items: draft-ietf-httpapi-ratelimit-headers-11. The quota unit is the
 * request; one with a batch counts as its items.
 */
export const rateLimitHeaders = ({ left }: Spent): Readonly<Record<string, string>> => ({
  'ratelimit-policy': left
    .map(({ policy, quota, windowSeconds }) => `"${policy}";q=${String(quota)};w=${String(windowSeconds)}`)
    .join(', '),
  ratelimit: left
    .map(
      ({ policy, remaining, resetMs }) =>
        `"${policy}";r=${String(remaining)};t=${String(Math.max(1, Math.ceil(resetMs / 1000)))}`,
    )
    .join(', '),
});
