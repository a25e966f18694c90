import type { EpochMs, Position, Reacted, Reaction, RecordedEvent, Timer } from '#kernel';
import { idOfParts } from './trigger-id.js';

/** A timer as it is kept. */
export interface PendingTimer extends Timer {
  /** Of this deadline alone: of the name, the due instant and the trigger that set it. */
  readonly id: string;
  readonly correlationId: string;
}

/** What a reaction remembers of one key. */
export interface KeyMemory<State = unknown> {
  readonly state: State;
  readonly timers: readonly PendingTimer[];
}

/** A command on its way to be dispatched. */
export interface OutgoingCommand<Command = unknown> {
  readonly id: string;
  readonly key: string;
  /** When the event occurred, or the timer was due. */
  readonly at: EpochMs;
  /** How far the log's time had come when it was asked for; never less than that of one before it. */
  readonly askedAt: EpochMs;
  readonly command: Command;
  /** Of the trigger. */
  readonly causationId: string;
  readonly correlationId: string;
}

/** What stopped a key: an event, or a timer. */
export type Trigger =
  { readonly kind: 'event'; readonly event: RecordedEvent } | { readonly kind: 'timer'; readonly timer: PendingTimer };

/** A key after a stretch of the log. */
export interface KeyRun<State = unknown, Command = unknown> extends KeyMemory<State> {
  readonly commands: readonly OutgoingCommand<Command>[];
  /** The trigger that failed: the key stands before it, with these events still to come. */
  readonly failed?: { readonly trigger: Trigger; readonly error: unknown; readonly left: readonly RecordedEvent[] };
}

export interface Stretch {
  /** Of the key, in store order. */
  readonly events: readonly RecordedEvent[];
  /** The recorded time that the log has come to: no later event is recorded before it. */
  readonly time: EpochMs;
  /** Why events cannot be handled, where that is known before. */
  readonly condemned?: ReadonlyMap<Position, unknown>;
}

/** A key whose timers set each other without end has a mistake in it. */
const MAX_TIMERS_IN_A_ROW = 1_000;
const MAX_TIMERS = 100;
const TIMER_NAME = /^[a-z0-9][a-z0-9_.:-]{0,99}$/i;

/**
 * Leads one key over a stretch of the log. A timer comes before an event if it was due before the event was recorded, and after it on
 * the same millisecond: both instants are stored, so the order is the same each time. Pure; the log's own time is the only clock.
 */
export function runKey<State, Command>(
  reaction: Reaction<State, Command>,
  key: string,
  before: KeyMemory<State>,
  stretch: Stretch,
): KeyRun<State, Command> {
  const commands: OutgoingCommand<Command>[] = [];
  let memory = before;
  const events = [...stretch.events];
  let timersInARow = 0;
  let logTime = -Infinity;
  for (;;) {
    const trigger = nextTrigger(memory.timers, events[0], stretch.time);
    if (!trigger) return { ...memory, commands };
    timersInARow = trigger.kind === 'timer' ? timersInARow + 1 : 0;
    try {
      if (timersInARow > MAX_TIMERS_IN_A_ROW) throw new Error('its timers set each other without end');
      const { memory: after, issued } = handle(reaction, key, memory, { trigger, condemned: stretch.condemned });
      memory = after;
      logTime = Math.max(logTime, trigger.kind === 'event' ? trigger.event.recordedAt : trigger.timer.dueAt);
      commands.push(...issued.map((command) => ({ ...command, askedAt: logTime })));
    } catch (error) {
      return { ...memory, commands, failed: { trigger, error, left: events.slice(trigger.kind === 'event' ? 1 : 0) } };
    }
    if (trigger.kind === 'event') events.shift();
  }
}

function nextTrigger(
  timers: readonly PendingTimer[],
  event: RecordedEvent | undefined,
  time: EpochMs,
): Trigger | undefined {
  const [timer] = [...timers].sort((one, other) => one.dueAt - other.dueAt || (one.name < other.name ? -1 : 1));
  if (timer && timer.dueAt < (event?.recordedAt ?? time)) return { kind: 'timer', timer };
  return event && { kind: 'event', event };
}

interface Handling {
  readonly trigger: Trigger;
  readonly condemned: Stretch['condemned'];
}

function handle<State, Command>(
  reaction: Reaction<State, Command>,
  key: string,
  { state, timers }: KeyMemory<State>,
  { trigger, condemned }: Handling,
): { readonly memory: KeyMemory<State>; readonly issued: readonly Omit<OutgoingCommand<Command>, 'askedAt'>[] } {
  const reacted = reactTo(reaction, key, state, { trigger, condemned });
  const cause =
    trigger.kind === 'event'
      ? { id: trigger.event.id, at: trigger.event.occurredAt, correlationId: trigger.event.meta.correlationId }
      : { id: trigger.timer.id, at: trigger.timer.dueAt, correlationId: trigger.timer.correlationId };
  const set = (reacted.set ?? []).map(checkedTimer);
  const replaced = new Set([...set.map(({ name }) => name), ...(reacted.cancelled ?? [])]);
  if (trigger.kind === 'timer') replaced.add(trigger.timer.name);
  const latest = new Map(set.map((timer) => [timer.name, timer]));
  const next = [
    ...timers.filter(({ name }) => !replaced.has(name)),
    ...[...latest.values()].map(({ name, dueAt }) => ({
      ...{ name, dueAt, correlationId: cause.correlationId },
      id: idOfParts('timer', reaction.name, key, cause.id, name, String(dueAt)),
    })),
  ];
  if (next.length > MAX_TIMERS) throw new RangeError(`a key may have ${String(MAX_TIMERS)} timers`);
  const issued = (reacted.commands ?? []).map((command, index) => ({
    id: idOfParts('command', reaction.name, key, cause.id, String(index)),
    ...{ key, at: cause.at, command, causationId: cause.id, correlationId: cause.correlationId },
  }));
  return { memory: { state: reacted.state, timers: next }, issued };
}

function reactTo<State, Command>(
  reaction: Reaction<State, Command>,
  key: string,
  state: State,
  { trigger, condemned }: Handling,
): Reacted<State, Command> {
  if (trigger.kind === 'timer') return reaction.due(state, { name: trigger.timer.name, at: trigger.timer.dueAt }, key);
  const { event } = trigger;
  if (condemned?.has(event.position) === true) throw condemned.get(event.position);
  if (reaction.key(event) !== key) throw new TypeError('the key of an event is a short text');
  const handler = new Map(Object.entries(reaction.when)).get(event.type);
  return handler ? handler(state, event, key) : { state };
}

function checkedTimer(timer: Timer): Timer {
  if (!TIMER_NAME.test(timer.name)) throw new TypeError('a timer needs a short name without spaces');
  if (!Number.isSafeInteger(timer.dueAt)) throw new TypeError('a timer is due at a whole millisecond');
  return timer;
}
