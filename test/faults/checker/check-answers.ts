import { type LedgerEntry, type SentTouchpoint, type ToldResult } from '../ledger/ledger.js';
import { type Observed, type StoredEvent } from './observed.js';
import { type Violation, told } from './violation.js';

/** What callers were told against what is stored: I1, I6, and the answers themselves. */
export function* checkAnswers({ ledger, store, shown }: Observed): Generator<Violation> {
  const { sent, results } = accountOf(ledger);
  yield* told('I1 acknowledged is stored', lost(results, store));
  yield* told('I6 nothing unaccounted for', unaccounted(sent, results, store));
  yield* told('contents', altered(sent, results, shown));
  yield* told('answers', improper(ledger));
}

interface Account {
  /** By touchpoint id. */
  readonly sent: ReadonlyMap<string, SentTouchpoint>;
  /** With what the touchpoint was sent for by that request. */
  readonly results: readonly { readonly told: ToldResult; readonly intent: SentTouchpoint['intent'] }[];
}

function accountOf(ledger: readonly LedgerEntry[]): Account {
  const sent = new Map<string, SentTouchpoint>();
  const requests = new Map<number, readonly SentTouchpoint[]>();
  const results: Account['results'][number][] = [];
  for (const entry of ledger) {
    if (entry.kind === 'sent') {
      requests.set(entry.request, entry.touchpoints);
      for (const touchpoint of entry.touchpoints)
        if (touchpoint.intent !== 'reused-id') sent.set(touchpoint.id, touchpoint);
    }
    if (entry.kind !== 'answered') continue;
    entry.results.forEach((told, index) => {
      results.push({ told, intent: requests.get(entry.request)?.[index]?.intent ?? 'valid' });
    });
  }
  return { sent, results };
}

function* lost(results: Account['results'], store: readonly StoredEvent[]): Generator<string> {
  const at = new Map(store.map((event) => [event.position, event]));
  for (const { told: result } of results) {
    if (result.status === 'refused') continue;
    const { id, eventId = 'no event', position = '' } = result;
    const found = at.get(Number(position));
    if (found?.id !== eventId)
      yield `${id} was acknowledged as ${eventId} at ${position}, where ${found?.id ?? 'nothing'} is`;
  }
}

/** Received = accepted + duplicate + refused, each once, and the store holds the accepted and nothing beside. */
function* unaccounted(
  sent: Account['sent'],
  results: Account['results'],
  store: readonly StoredEvent[],
): Generator<string> {
  const events = new Map<string, string>();
  const accepted = new Set<string>();
  for (const {
    told: { id, status, eventId = '' },
    intent,
  } of results) {
    if ((status === 'refused') !== (intent !== 'valid')) yield `${id} was sent as ${intent} and is ${status}`;
    if (status === 'refused') continue;
    if (status === 'accepted' && accepted.has(id)) yield `${id} was accepted twice`;
    if (status === 'accepted') accepted.add(id);
    const before = events.get(id) ?? eventId;
    if (before !== eventId) yield `${id} is event ${before} and event ${eventId}`;
    events.set(id, eventId);
  }
  for (const { id, intent } of sent.values())
    if (intent === 'valid' && !events.has(id)) yield `nobody was ever told what became of ${id}`;
  const known = new Set(events.values());
  for (const { sent: ours, id, position } of store)
    if (ours && !known.has(id)) yield `event ${id} at ${String(position)} is stored, and nobody was told of it`;
}

/** Whoever asks for a customer's timeline is shown what was sent, each of it once. */
function* altered(sent: Account['sent'], results: Account['results'], shown: Observed['shown']): Generator<string> {
  const stored = new Set(results.flatMap(({ told: { id, status } }) => (status === 'refused' ? [] : [id])));
  for (const { id, content } of shown) {
    if (!stored.delete(id)) yield `${id} is shown twice, or nobody was told that it is stored`;
    else if (sent.get(id)?.content !== content) yield `${id} is shown, and not as it was sent`;
  }
  for (const id of stored) yield `${id} is stored and not shown`;
}

function* improper(ledger: readonly LedgerEntry[]): Generator<string> {
  for (const entry of ledger) {
    if (entry.kind === 'improper') yield entry.what;
    if (entry.kind === 'looked-up' && !entry.found)
      yield `${entry.eventId} is not in a timeline that was asked for with its position`;
  }
}
