import {
  type CancelReason,
  type ClockKind,
  clockKinds,
  type ConversationEvent,
  type ConversationEventType,
  isPerson,
  owedSinceOf,
  type PolicySubject,
  type PromiseEventType,
  type StatusCategory,
  type TurnStatus,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type ClockAct, type TermsAsOf } from './clock-acts.js';

/** A clock that neither stopped nor was cancelled; whether it has a target is not known here. */
interface Running {
  readonly ordinal: number;
  readonly startedAt: EpochMs;
}

interface Turn {
  readonly at: EpochMs;
  readonly status: TurnStatus;
}

/** As much of a conversation as decides which of its clocks run. */
export interface ClockedConversation {
  readonly stage: 'active' | 'merged' | 'spam' | 'deleted';
  readonly customerId: string;
  readonly subject: PolicySubject;
  readonly category: StatusCategory;
  /** Which public reply of a person the customer waits for. */
  readonly owed: 'first_response' | 'next_response' | null;
  readonly running: Readonly<Partial<Record<ClockKind, Running>>>;
  /** How many clocks of a kind there were. */
  readonly begun: Readonly<Partial<Record<ClockKind, number>>>;
  /** How it stood from when on, newest last. Unknown in states that were stored before this was told. */
  readonly turns?: readonly Turn[];
  /** Of clocks that a merge or spam cancelled and that may pause, since when they ran; the end of it lets them run as if there had been none. */
  readonly aside?: Readonly<Partial<Record<ClockKind, EpochMs>>>;
  /** When it was opened, answered by a person or resolved last: an answer of before, told late, begins no update. */
  readonly updatesFrom: EpochMs;
  /** When it was imported, if it was: how messages before that were answered is not known here. */
  readonly importedAt?: EpochMs;
}

/** What of a conversation concerns its clocks. */
export type ClockedEvent = Extract<
  ConversationEvent,
  {
    readonly type: Exclude<
      ConversationEventType,
      `conversation.${'noted' | 'assigned' | 'tagged' | 'mention_seen' | 'linked' | 'unlinked'}` | PromiseEventType
    >;
  }
>;

export interface Told {
  readonly state: ClockedConversation;
  readonly acts: readonly ClockAct[];
}

/** Of one that turned more often, a merge that is undone counts the oldest pauses. */
const MAX_TURNS = 100;
/** Clocks that a policy may let stand still. */
const pausable: readonly ClockKind[] = ['update', 'resolution'];

/** Which clocks begin and end with an event of the conversation. */
export function tell(state: ClockedConversation | undefined, event: ClockedEvent): Told {
  if (event.type === 'conversation.opened') return state ? { state, acts: [] } : opened(event);
  if (!state) throw new Error(`${event.stream} was never opened`);
  const clocks = new Clocks(state, event);
  switch (event.type) {
    case 'conversation.message_received':
      // A second message waits no longer than the first: it restarts nothing.
      if (state.owed === null && event.occurredAt >= (state.importedAt ?? -Infinity)) clocks.owe('next_response');
      break;
    case 'conversation.replied':
      if (isPerson(event.data.by)) clocks.replied(event.data.owes && owedSinceOf(event.data.owes));
      break;
    case 'conversation.status_changed':
      clocks.turn(event.data.category, event.data.since);
      break;
    case 'conversation.snoozed':
      clocks.turn('snoozed', event.data.since);
      break;
    case 'conversation.woken':
      clocks.turn('open');
      break;
    case 'conversation.reopened':
      clocks.turn('open');
      // What is saved is told to open conversations only; this one may have missed some.
      clocks.measureAs(state.subject);
      break;
    case 'conversation.prioritised':
      clocks.measureAs({ ...state.subject, priority: event.data.priority });
      break;
    case 'conversation.transferred': {
      const { team: _before, ...rest } = state.subject;
      const { team } = event.data;
      clocks.measureAs({ ...rest, ...(team !== undefined && { team }) });
      break;
    }
    case 'conversation.merged':
      clocks.leave('merged');
      break;
    case 'conversation.spam_marked':
      clocks.leave('spam');
      break;
    case 'conversation.forgotten':
      clocks.leave('deleted');
      break;
    case 'conversation.absorbed':
      clocks.takeOver(event.data.owes && owedSinceOf(event.data.owes));
      break;
    case 'conversation.released':
    case 'conversation.split_off':
      if (event.data.owes) clocks.owes(owedSinceOf(event.data.owes));
      break;
    case 'conversation.unmerged':
    case 'conversation.spam_cleared':
      clocks.comeBack(event.data.owes && owedSinceOf(event.data.owes));
      break;
  }
  return clocks.told();
}

function opened(event: Extract<ClockedEvent, { readonly type: 'conversation.opened' }>): Told {
  const { channel, customerId, origin, team, priority = 'normal', owes } = event.data;
  const clocks = new Clocks(
    {
      ...{ stage: 'active', customerId, category: 'open', owed: null, running: {}, begun: {}, turns: [] },
      updatesFrom: event.occurredAt,
      subject: { priority, ...(channel !== null && { channel }), ...(team !== undefined && { team }) },
      ...(origin === 'import' && { importedAt: event.recordedAt }),
    },
    event,
  );
  // Whoever was written to by us waits for nothing yet; nor does a conversation that we split off another one.
  if (origin === 'touchpoint') clocks.owe('first_response');
  // But for messages that went along: no person has answered those in it.
  if (owes?.since !== undefined) clocks.owe('first_response', Date.parse(owes.since));
  clocks.start('resolution');
  return clocks.told();
}

/** Ends a snooze at its time, which the conversation itself tells a moment later. */
export function wake(state: ClockedConversation, at: EpochMs): Told {
  const clocks = new Clocks(state, { occurredAt: at });
  if (state.category === 'snoozed') clocks.turn('open');
  return clocks.told();
}

/** Measures what still runs by what was saved before the event; its instant is when that was saved. */
export function remeasure(state: ClockedConversation, event: Pick<ClockedEvent, 'occurredAt' | 'position'>): Told {
  const clocks = new Clocks(state, event);
  clocks.measureAs(state.subject);
  return clocks.told();
}

/** The clocks of one conversation while one event is told to them. */
class Clocks {
  private readonly acts: ClockAct[] = [];

  constructor(
    private state: ClockedConversation,
    private readonly event: Pick<ClockedEvent, 'occurredAt'> & Partial<Pick<ClockedEvent, 'position'>>,
  ) {}

  told(): Told {
    return { state: this.state, acts: this.acts };
  }

  owe(owed: 'first_response' | 'next_response', since?: EpochMs): void {
    this.state = { ...this.state, owed };
    if (this.state.stage === 'active') this.start(owed, since);
  }

  /** Of two who wait in what is one conversation now, the one who waits longer. */
  takeOver(since: EpochMs | null | undefined): void {
    const own = this.owedSince();
    if (since !== null && since !== undefined && (own === undefined || since < own)) this.oweFrom(since);
  }

  /** What is owed in it after messages went, or went back. */
  owes(since: EpochMs | null): void {
    this.oweFrom(this.knownHere(since));
  }

  /** An answer is owed since another instant, or none is: what was measured does not count, and what is owed is measured from there. */
  private oweFrom(since: EpochMs | null): void {
    const { owed } = this.state;
    if (since === this.owedSince() || (since === null && owed === null)) return;
    if (owed !== null) this.cancel(owed, 'moved');
    this.state = { ...this.state, owed: null };
    if (since !== null) this.owe(owed ?? 'next_response', since);
  }

  /** What was asked before an import is not owed, as far as is known here. */
  private knownHere(since: EpochMs | null): EpochMs | null {
    return since !== null && since < (this.state.importedAt ?? -Infinity) ? null : since;
  }

  private owedSince(): EpochMs | undefined {
    const { owed, running } = this.state;
    return owed === null ? undefined : running[owed]?.startedAt;
  }

  /** @param left since when an answer is owed to what was said after a reply that was told late: that stops nothing which began after it */
  replied(left?: EpochMs | null): void {
    const at = left === undefined ? Infinity : this.event.occurredAt;
    const { owed } = this.state;
    if (owed !== null && (this.owedSince() ?? at) <= at) {
      this.stop(owed);
      this.state = { ...this.state, owed: null };
    }
    if (this.state.updatesFrom <= at) {
      this.stop('update');
      this.beginUpdate(left !== undefined);
    }
    const since = left === undefined ? null : this.knownHere(left);
    if (since !== null && this.state.owed === null) this.owe('next_response', since);
  }

  /** @param restored where the end of a merge restores how it stood: as if it had not been open meanwhile */
  turn(category: StatusCategory, restored?: string): void {
    const { category: before, turns } = this.state;
    // Nothing is restored over another turn: the last one is that of the first merge, whatever others came after it.
    const at = (restored === undefined ? undefined : turns?.at(-1)?.at) ?? this.event.occurredAt;
    const told = turns && { turns: [...turns, { at, status: turnOf(category) }].slice(-MAX_TURNS) };
    this.state = { ...this.state, category, ...told };
    if (category === 'resolved') {
      // Another word for what was resolved already is no resolution, nor is one that there was before.
      if (before === 'resolved' || restored !== undefined) return;
      this.resolve();
    } else for (const kind of pausable) this.tellRunning(kind, { type: 'ChangeStatus', status: category }, at);
  }

  measureAs(subject: PolicySubject): void {
    this.state = { ...this.state, subject };
    const status = turnOf(this.state.category);
    for (const kind of clockKinds) {
      const running = this.state.running[kind];
      if (running)
        this.tellRunning(kind, { type: 'ChangeTerms', asOf: this.asOf(), startedAt: running.startedAt, status });
    }
  }

  leave(stage: 'merged' | 'spam' | 'deleted'): void {
    const { running, turns } = this.state;
    const aside = pausable.flatMap((kind) => (running[kind] ? [[kind, running[kind].startedAt] as const] : []));
    if (stage !== 'deleted' && turns) this.state = { ...this.state, aside: Object.fromEntries(aside) };
    for (const kind of clockKinds) this.cancel(kind, stage);
    this.state = { ...this.state, stage };
  }

  /**
   * What was cancelled stays so. All that is still owed is measured from where it began, with its pauses, as if it had never been away: nobody
   * gains time by it, and a resolution that was judged is none to judge again. Of before that was told, it is measured from here on.
   */
  comeBack(since?: EpochMs | null): void {
    const owed = this.state.owed ?? (since === undefined ? null : 'next_response');
    const from = since === undefined ? undefined : this.knownHere(since);
    const { aside, ...state } = this.state;
    this.state = { ...state, stage: 'active', owed: null };
    if (owed !== null && from !== null) this.owe(owed, from);
    if (since === undefined || aside === undefined) {
      if (this.state.category !== 'resolved') this.start('resolution');
    } else for (const kind of pausable) if (aside[kind] !== undefined) this.runOn(kind, aside[kind]);
  }

  /** A clock as it would be if it had run since then, and stood still whenever the conversation stood so. */
  private runOn(kind: ClockKind, startedAt: EpochMs): void {
    this.begin(kind, startedAt);
    const { turns = [] } = this.state;
    const first = turns.findLast(({ at }) => at <= startedAt);
    if (first) this.tellRunning(kind, { type: 'ChangeStatus', status: first.status }, startedAt);
    for (const { at, status } of turns)
      if (at > startedAt) this.tellRunning(kind, { type: 'ChangeStatus', status }, at);
  }

  start(kind: ClockKind, startedAt: EpochMs = this.event.occurredAt): void {
    this.begin(kind, startedAt);
    const status = turnOf(this.state.category);
    if (status !== 'open' && pausable.includes(kind)) this.tellRunning(kind, { type: 'ChangeStatus', status });
  }

  private begin(kind: ClockKind, startedAt: EpochMs): void {
    const { begun, running } = this.state;
    const ordinal = (begun[kind] ?? 0) + 1;
    this.state = {
      ...this.state,
      begun: { ...begun, [kind]: ordinal },
      running: { ...running, [kind]: { ordinal, startedAt } },
    };
    this.acts.push({ kind, ordinal, at: startedAt, type: 'StartClock', asOf: this.asOf() });
  }

  private stop(kind: ClockKind): void {
    this.tellRunning(kind, { type: 'StopClock' });
    this.end(kind);
  }

  private cancel(kind: ClockKind, reason: CancelReason): void {
    this.tellRunning(kind, { type: 'CancelClock', reason });
    this.end(kind);
  }

  /** @param isTold of a reply that was told, perhaps late: with the pauses since then */
  private beginUpdate(isTold: boolean): void {
    const { occurredAt } = this.event;
    this.noUpdateBefore(occurredAt);
    if (this.state.category === 'resolved') return;
    if (isTold) this.runOn('update', occurredAt);
    else this.start('update');
  }

  private noUpdateBefore(at: EpochMs): void {
    this.state = { ...this.state, updatesFrom: Math.max(this.state.updatesFrom, at) };
  }

  private resolve(): void {
    this.noUpdateBefore(this.event.occurredAt);
    const ordinal = this.state.begun.resolution;
    // Also where it was stopped before: the last resolution is kept beside the first.
    if (ordinal !== undefined) this.tell('resolution', ordinal, { type: 'StopClock' });
    this.end('resolution');
    this.cancel('update', 'resolved');
  }

  private end(kind: ClockKind): void {
    const { [kind]: _ended, ...running } = this.state.running;
    this.state = { ...this.state, running };
  }

  private tellRunning(kind: ClockKind, what: Wanted, at?: EpochMs): void {
    const running = this.state.running[kind];
    if (running) this.tell(kind, running.ordinal, what, at);
  }

  private tell(kind: ClockKind, ordinal: number, what: Wanted, at: EpochMs = this.event.occurredAt): void {
    this.acts.push({ kind, ordinal, at, ...what });
  }

  private asOf(): TermsAsOf {
    return { position: (this.event.position ?? 0n).toString(), subject: this.state.subject };
  }
}

type Without<Type> = Type extends ClockAct ? Omit<Type, 'kind' | 'ordinal' | 'at'> : never;
type Wanted = Without<ClockAct>;

/** Of a resolved conversation, where the clocks that go on do not pause. */
const turnOf = (category: StatusCategory): TurnStatus => (category === 'resolved' ? 'open' : category);
