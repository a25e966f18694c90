import { createHash } from 'node:crypto';
import { type TouchpointDto } from '#contracts';
import { type EpochMs } from '#kernel';
import { CAST_SIZE, planCast } from './cast.js';
import { DAY } from './calendar.js';
import { Chance } from './chance.js';
import { begin } from './journeys/life.js';
import { createPhoneBook, strangerOf } from './person.js';
import { World } from './world.js';

/** What decides everything that happens: the same plan gives the same touchpoints, byte for byte. */
export interface SimulationPlan {
  /** A whole number. */
  readonly seed: number;
  /** Customers and prospects that turn up in the history, those with a part in the story included. */
  readonly customers: number;
  readonly years: number;
  /** End of the history, excluded: the story is told backwards from here. */
  readonly until: EpochMs;
}

/** Raise with every change of what is generated: other content must not come under ids that were stored before. */
const MODEL_VERSION = 1;
const YEAR = 365.25 * DAY;

export const leastCustomers = 20;
export const mostCustomers = 100_000;
export const leastYears = 0.5;
export const mostYears = 10;

/** Names a plan; begins every id that it generates. */
export function fingerprintOf({ seed, customers, years, until }: SimulationPlan): string {
  const text = [MODEL_VERSION, seed, customers, years, until].map(String).join('/');
  return `sim${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/**
 * Ayvan, a shop for home appliances with after-sales service, and its customers. Pure: no clock and no chance of its own. It
 * holds who is a customer now and what is planned for them, never what has been.
 */
export class Simulation {
  readonly from: EpochMs;
  readonly until: EpochMs;
  private readonly world: World;
  private readonly phoneBook = createPhoneBook();
  private readonly arrivals: Chance;

  constructor(private readonly plan: SimulationPlan) {
    this.until = plan.until;
    this.from = plan.until - Math.round(plan.years * YEAR);
    this.world = new World(this.from, this.until, fingerprintOf(plan));
    this.arrivals = new Chance(plan.seed, 0);
    planCast(this.world, plan.seed);
    this.planArrival(0);
  }

  /** The history, in the order in which it happened. To be read once. */
  *history(): Generator<TouchpointDto, undefined> {
    for (;;) {
      const touchpoint = this.world.next(this.until);
      if (touchpoint === undefined) return undefined;
      yield touchpoint;
    }
  }

  /** After the history: what would happen next happens at the moments that are asked for. */
  goLive(startedAt: EpochMs): (moment: EpochMs) => TouchpointDto | undefined {
    this.world.goLive(Math.floor(startedAt / 1000).toString(36));
    return (moment) => this.world.nextAt(moment);
  }

  /** How far the history is: the time of what happened last. */
  get now(): EpochMs {
    return this.world.now;
  }

  /** What is held in memory; it depends on how many customers there are, and not on how long. */
  get planned(): number {
    return this.world.planned;
  }

  /** One after the other, for ever: those beyond the number that was asked for come after the history. */
  private planArrival(nth: number): void {
    this.world.planHabit(this.arrivalOf(nth), () => {
      begin(this.world, strangerOf(this.plan.seed, CAST_SIZE + nth + 1, this.phoneBook));
      this.planArrival(nth + 1);
    });
  }

  /** A quarter is there within six weeks, as if the shop had been there before; the others come ever faster. */
  private arrivalOf(nth: number): EpochMs {
    const share = (nth + this.arrivals.unit()) / (this.plan.customers - CAST_SIZE);
    const span = this.until - this.from;
    const firstSpan = Math.min(45 * DAY, span / 6);
    if (share < 0.25) return this.from + Math.round((share / 0.25) * firstSpan);
    const rest = (share - 0.25) / 0.75;
    const time = rest < 1 ? rest * (1.3 - 0.3 * rest) : rest;
    return this.from + Math.round(firstSpan + time * (span - firstSpan));
  }
}
