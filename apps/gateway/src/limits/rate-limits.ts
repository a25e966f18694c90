import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { networkOf } from '#platform/access';
import { type HttpConfig, type Principal } from '#wiring';
import { HTTP_CONFIG } from '../server/tokens.js';
import { FixedWindow, type Left } from './fixed-window.js';

const BURST_SECONDS = 60;
/** Addresses share so many counters: a million of them need no more memory than one, and nobody can choose whose counter they share. */
const ADDRESS_COUNTERS = 16_384;

/** Of what a key may send, that much for each network from which browsers send with it: who reads it in a page cannot use it up alone. */
const NETWORKS_SHARE = 100;

/** What a caller may still do under the two policies, and until when. */
interface LeftOver {
  readonly policies: string;
  readonly sustained: Left;
  readonly burst: Left;
}

export type Spent =
  | { readonly ok: true; readonly left: LeftOver }
  | { readonly ok: false; readonly left: LeftOver; readonly retryAfterMs: number };

/**
 * A token bucket in two windows: so many items in each second, and so many more in each minute for whoever has saved them up. A refused
 * request costs nothing: who asks for too much at once may still ask for less.
 */
class Bucket {
  readonly #sustained: FixedWindow;
  readonly #burst: FixedWindow;
  /** The header that says how much there is: the same for everybody. */
  readonly policies: string;

  constructor(
    private readonly perSecond: number,
    burst: number,
  ) {
    this.#sustained = new FixedWindow(perSecond, 1_000);
    this.#burst = new FixedWindow(burst, BURST_SECONDS * 1_000);
    this.policies = `"sustained";q=${String(perSecond)};w=1, "burst";q=${String(burst)};w=${String(BURST_SECONDS)}`;
  }

  spend(key: string, items: number): Spent {
    // A clock that nobody can set back.
    const now = performance.now();
    const ok = this.#sustained.take(key, items, now) || this.#burst.take(key, items, now);
    const sustained = this.#sustained.left(key, now);
    const burst = this.#burst.left(key, now);
    const left = { policies: this.policies, sustained, burst };
    if (ok) return { ok, left };
    // More than a second may ever hold has to wait for the burst.
    return { ok, left, retryAfterMs: items > this.perSecond ? burst.resetMs : sustained.resetMs };
  }
}

/** How much each caller may send: who is known by who they are, others by their address. */
@Injectable()
export class RateLimits {
  readonly #known: Bucket;
  readonly #strangers: Bucket;
  readonly #browsers: Bucket;
  readonly #salt = randomBytes(16);

  constructor(@Inject(HTTP_CONFIG) private readonly config: HttpConfig) {
    const { rates } = config;
    this.#known = new Bucket(rates.itemsPerSecond, rates.burstItems);
    this.#strangers = new Bucket(rates.anonymousPerSecond, rates.anonymousBurst);
    const share = (rate: number): number => Math.max(1, Math.floor(rate / NETWORKS_SHARE));
    this.#browsers = new Bucket(share(rates.itemsPerSecond), share(rates.burstItems));
  }

  /** Items that a caller gets at once sooner or later, however many were asked for before. */
  portionOf(principal: Principal | undefined): number {
    const { itemsPerSecond, anonymousPerSecond } = this.config.rates;
    return Math.max(1, principal ? itemsPerSecond : anonymousPerSecond);
  }

  spend({ kind, id }: Principal, items: number): Spent {
    return this.#known.spend(`${kind}:${id}`, items);
  }

  /** With a key that everybody can read: first of the share of the network, and then of the key's. */
  spendInBrowser(principal: Principal, address: string, items: number): Spent {
    const ofNetwork = this.#browsers.spend(this.#counterOf(`${principal.id} ${networkOf(address)}`), items);
    if (!ofNetwork.ok) return ofNetwork;
    const ofKey = this.spend(principal, items);
    return ofKey.ok ? ofNetwork : ofKey;
  }

  spendAsStranger(address: string, items: number): Spent {
    return this.#strangers.spend(this.#counterOf(networkOf(address)), items);
  }

  #counterOf(name: string): string {
    const counter = createHash('sha256').update(this.#salt).update(name).digest().readUInt32BE(0);
    return String(counter % ADDRESS_COUNTERS);
  }
}

/**
 * `RateLimit-Policy` and `RateLimit` as lists of structured items: draft-ietf-httpapi-ratelimit-headers-11. The quota unit is the
 * request; one with a batch counts as its items.
 */
export const rateLimitHeaders = ({ left }: Spent): Readonly<Record<'ratelimit-policy' | 'ratelimit', string>> => ({
  'ratelimit-policy': left.policies,
  ratelimit: `${itemOf('sustained', left.sustained)}, ${itemOf('burst', left.burst)}`,
});

const itemOf = (policy: string, { remaining, resetMs }: Left): string =>
  `"${policy}";r=${String(remaining)};t=${String(Math.max(1, Math.ceil(resetMs / 1000)))}`;
