import { isTimelineDecision } from '#contracts';
import { type LedgerEntry } from '../ledger/ledger.js';
import { type Held, type Observed } from './observed.js';
import { type Violation, told } from './violation.js';

const HEALED_WITHIN_MS = 60_000;
/** Of a process: its pool, the writer, and those that listen. */
const MOST_CONNECTIONS = 30;
/** Sockets of requests that are kept open, files of the log. */
const MORE_HANDLES = 60;
/** Node fills its heap before it collects: what leaks leaks more than this in a run. */
const MORE_MEMORY_MB = 250;

/** What was made of the log: I2, I4, I8, I9, I10, I11, I12. */
export function* checkConsumers(observed: Observed): Generator<Violation> {
  const { healedAfterMs, auditBroken } = observed;
  yield* told('I2 applied once', misapplied(observed));
  yield* told('I4 live = rebuilt', unlike(observed));
  yield* told('I8 effects once', repeated(observed));
  if (healedAfterMs === undefined || healedAfterMs > HEALED_WITHIN_MS)
    yield { invariant: 'I9 lag returns to zero', what: `behind after ${String(healedAfterMs ?? 'the wait')} ms` };
  yield* told('I9 lag returns to zero', observed.unready);
  if (auditBroken !== undefined) yield { invariant: 'I10 audit chain', what: auditBroken };
  yield* told(
    'I11 back to baseline',
    observed.held.flatMap((held) => [...swollen(held)]),
  );
  yield* told('I12 everything explained', unexplained(observed));
  yield* told('stops', observed.badEnds);
}

/** Each touchpoint, and each decision, is on its customer's timeline once, at its place in the store. */
function* misapplied({ store, timeline }: Observed): Generator<string> {
  const happened = new Map(
    store
      .filter((event) => event.type.startsWith('touchpoint.') || isTimelineDecision(event))
      .map((event) => [event.id, event]),
  );
  const seen = new Set<string>();
  for (const { eventId, position, key } of timeline) {
    const event = happened.get(eventId);
    if (seen.has(eventId)) yield `event ${eventId} is on timelines twice`;
    else if (!event) yield `event ${eventId} is on a timeline and not in the store`;
    else if (event.position !== position || event.key !== key)
      yield `event ${eventId} is at another place of a timeline`;
    seen.add(eventId);
  }
  for (const { id, position } of happened.values())
    if (!seen.has(id)) yield `the event at ${String(position)} is on no timeline`;
}

function* unlike({ models }: Observed): Generator<string> {
  for (const { name, differences, hash, rebuiltHash } of models) {
    if (differences > 0) yield `${name} differs from the log in ${String(differences)} rows`;
    if (rebuiltHash !== undefined && rebuiltHash !== hash) yield `${name} is not what it is when it is rebuilt`;
  }
}

/** What a customer says is taken up once: twice would be two answers to one message. */
function* repeated({ ledger, store, takenUp, commandsLeft }: Observed): Generator<string> {
  const counts = new Map<string, number>();
  for (const { messageId } of takenUp) counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
  const spoken = spokenEvents(ledger);
  for (const { id, position } of store) {
    const count = counts.get(id) ?? 0;
    if (count > 1) yield `the message at ${String(position)} was taken up ${String(count)} times`;
    if (count === 0 && spoken.has(id)) yield `the message at ${String(position)} was never taken up`;
    if (count > 0 && !spoken.has(id)) yield `the touchpoint at ${String(position)} says nothing and was taken up`;
  }
  if (commandsLeft > 0) yield `${String(commandsLeft)} commands of reactions were not done`;
}

function spokenEvents(ledger: readonly LedgerEntry[]): ReadonlySet<string> {
  const spoken = new Set<string>();
  for (const entry of ledger)
    if (entry.kind === 'sent')
      for (const { id, spoken: says, intent } of entry.touchpoints) if (says && intent === 'valid') spoken.add(id);
  const events = ledger.flatMap((entry) => (entry.kind === 'answered' ? entry.results : []));
  return new Set(events.flatMap(({ id, eventId }) => (eventId !== undefined && spoken.has(id) ? [eventId] : [])));
}

function* swollen({ process, handles, residentMb, connections }: Held): Generator<string> {
  if (connections > MOST_CONNECTIONS) yield `${process} holds ${String(connections)} connections`;
  if (handles[1] > handles[0] + MORE_HANDLES)
    yield `${process} went from ${String(handles[0])} handles to ${String(handles[1])}`;
  if (residentMb[1] > residentMb[0] + MORE_MEMORY_MB)
    yield `${process} went from ${String(residentMb[0])} MB to ${String(residentMb[1])}`;
}

/** Nothing in this workload is poison: whoever stands still or has set something aside has no excuse. */
function* unexplained({ store, consumers }: Observed): Generator<string> {
  const head = store.at(-1)?.position ?? 0;
  for (const { name, position, status, error, parked } of consumers) {
    if (position !== head) yield `${name} is at ${String(position)} of ${String(head)}`;
    if (status !== 'running') yield `${name} is ${status}: ${error ?? 'nobody says why'}`;
    if (parked > 0) yield `${name} has set ${String(parked)} events aside`;
  }
}
