import { alwaysOpen, type CalendarOf, chooseTerms, defaultPolicies, type TermsAsOf } from '#capabilities';
import {
  type BusinessCalendar,
  type BusinessCalendarSaved,
  calendarStream,
  calendarVersionOf,
  type ClockKind,
  type ClockPolicies,
  type ClockTerms,
  isBusinessCalendarSaved,
  isServicePoliciesSaved,
  policiesOf,
  policiesStream,
  type ServicePoliciesSaved,
  upcast,
} from '#contracts';
import { type Position, type RecordedEvent, START } from '#kernel';
import { type EventStore } from '#platform/event-store';

/** By what service clocks are measured, as far as it was asked for. */
export interface KnownBooks {
  termsOf(asOf: TermsAsOf, kind: ClockKind): ClockTerms | undefined;
  readonly calendarOf: CalendarOf;
}

/** What has to be known before a clock is decided on. */
export interface BooksNeeded {
  /** Everything that was saved before it. */
  readonly position: Position;
  /** Terms that clocks have already. */
  readonly terms: readonly ClockTerms[];
}

/** Each of them is folded and kept; who changes policies more often keeps no promise. */
export const MAX_POLICY_VERSIONS = 1_000;
const PAGE = 500;
/** Calendars at a version, which keep the days that they have worked out. */
const MAX_PREPARED = 200;

type ReadStore = Pick<EventStore, 'head' | 'readStream'>;

/** Policies and calendars as the log has them. What was saved never changes, so only what is new is read. */
export class ClockBooks {
  readonly #policies: ServicePoliciesSaved[] = [];
  readonly #calendars = new Map<string, BusinessCalendarSaved[]>();
  readonly #prepared = new Map<string, BusinessCalendar>();
  #readUpTo: Position = START;

  constructor(private readonly store: ReadStore) {}

  /** Every list that was saved, oldest first. */
  async policies(): Promise<readonly ServicePoliciesSaved[]> {
    await this.#readNews(policiesStream, this.#policies, isServicePoliciesSaved);
    return this.#policies;
  }

  /** Every version that was saved of a calendar, oldest first; none of one that nobody saved. */
  async calendar(id: string): Promise<readonly BusinessCalendarSaved[]> {
    const known = this.#calendars.get(id) ?? [];
    await this.#readNews(calendarStream(id), known, isBusinessCalendarSaved);
    if (known.length > 0) this.#calendars.set(id, known);
    return known;
  }

  /** As it was before something was recorded at this position. */
  async calendarAsOf(id: string, position: Position): Promise<BusinessCalendar> {
    if (id !== alwaysOpen.id) await this.calendar(id);
    return this.#calendarAt(id, this.#versionAt(id, position));
  }

  async knowing({ position, terms }: BooksNeeded): Promise<KnownBooks> {
    if (position > this.#readUpTo) {
      const head = await this.store.head();
      const named = (await this.policies()).flatMap(({ data }) => data.policies.map(({ calendarId }) => calendarId));
      for (const id of new Set(named)) await this.calendar(id);
      if (head > this.#readUpTo) this.#readUpTo = head;
    }
    // Chosen by another process, by what it had read.
    for (const { calendarId, calendarVersion } of terms)
      if (calendarId !== alwaysOpen.id && (this.#calendars.get(calendarId)?.length ?? 0) < calendarVersion)
        await this.calendar(calendarId);
    return {
      termsOf: ({ position: asOf, subject }, kind) =>
        chooseTerms(this.#policiesAt(BigInt(asOf)), subject, kind, (id) => this.#versionAt(id, BigInt(asOf))),
      calendarOf: (id, version) => this.#calendarAt(id, version),
    };
  }

  #policiesAt(position: Position): ClockPolicies {
    const saved = this.#policies.findLast((each) => each.position < position);
    return saved ? policiesOf(saved) : defaultPolicies;
  }

  #versionAt(id: string, position: Position): number {
    if (id === alwaysOpen.id) return 1;
    // It was saved before the policy that names it.
    return this.#calendars.get(id)?.findLast((each) => each.position < position)?.version ?? 1;
  }

  #calendarAt(id: string, version: number): BusinessCalendar {
    if (id === alwaysOpen.id) return alwaysOpen;
    const name = `${String(version)} ${id}`;
    const known = this.#prepared.get(name);
    if (known) return known;
    const versions = (this.#calendars.get(id) ?? []).slice(0, version).map(versionOf);
    if (versions.length < version) throw new Error(`calendar ${id} has no version ${String(version)}`);
    const calendar = { id, versions };
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size >= MAX_PREPARED && oldest !== undefined) this.#prepared.delete(oldest);
    this.#prepared.set(name, calendar);
    return calendar;
  }

  async #readNews<E extends RecordedEvent>(
    stream: string,
    known: E[],
    is: (event: RecordedEvent) => event is E,
  ): Promise<void> {
    for (let full = true; full;) {
      const page = await this.store.readStream(stream, known.length, PAGE);
      // Others may have read the same meanwhile.
      for (const event of page.events.map(upcast))
        if (is(event) && event.version === known.length + 1) known.push(event);
      full = page.full;
      if (full && known.length > MAX_POLICY_VERSIONS) throw new Error(`${stream} has too many versions`);
    }
  }
}

export const versionOf = ({ data, version, occurredAt }: BusinessCalendarSaved): BusinessCalendar['versions'][number] =>
  calendarVersionOf(data.calendar, version, occurredAt);
