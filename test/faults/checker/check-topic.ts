import { type Observed, type StoredEvent, type TopicRecord } from './observed.js';
import { type Violation, told } from './violation.js';

/** I5, and the order of each persona in Kafka (I3). */
export function* checkTopic({ store, topic }: Observed): Generator<Violation> {
  if (!topic) return;
  const { records, holes } = deduplicated(topic);
  yield* told('I5 store = topic', [...holes, ...differences(store, records)]);
  yield* told('I3 order', disorder(store, records));
}

/** The rule of every reader, once more and on its own: by the number, not above the last is a duplicate, more than one above is a hole. */
function deduplicated(topic: readonly TopicRecord[]) {
  const last = new Map<number, TopicRecord>();
  const byNumber = new Map<string, string>();
  const records: TopicRecord[] = [];
  const holes: string[] = [];
  for (const record of topic) {
    const { partition, sequence, eventId } = record;
    const name = `${String(partition)}/${String(sequence)}`;
    const before = byNumber.get(name) ?? eventId;
    if (before !== eventId) holes.push(`record ${name} is event ${before} and event ${eventId}`);
    byNumber.set(name, before);
    const reached = last.get(partition)?.sequence ?? 0;
    if (sequence <= reached) continue;
    if (sequence !== reached + 1)
      holes.push(`partition ${String(partition)} goes from ${String(reached)} to ${String(sequence)}`);
    last.set(partition, record);
    records.push(record);
  }
  return { records, holes };
}

function* differences(store: readonly StoredEvent[], records: readonly TopicRecord[]): Generator<string> {
  const carried = new Map<string, TopicRecord>();
  for (const record of records) {
    if (carried.has(record.eventId)) yield `event ${record.eventId} has two numbers in the topic`;
    carried.set(record.eventId, record);
  }
  for (const { id, position } of store) {
    const record = carried.get(id);
    if (!record) yield `the event at ${String(position)} is not in the topic`;
    else if (record.position !== position)
      yield `the event at ${String(position)} is at ${String(record.position)} in the topic`;
    carried.delete(id);
  }
  for (const { eventId } of carried.values()) yield `event ${eventId} is in the topic and not in the store`;
}

function* disorder(store: readonly StoredEvent[], records: readonly TopicRecord[]): Generator<string> {
  const inTopic = byKey(records.map(({ key, eventId }) => [key, eventId]));
  for (const [key, ids] of byKey(store.map((event) => [event.key, event.id]))) {
    const carried = inTopic.get(key) ?? [];
    const differs = ids.findIndex((id, index) => carried[index] !== id);
    if (differs !== -1) yield `of persona ${key}, number ${String(differs + 1)} differs between store and topic`;
  }
}

function byKey(pairs: readonly (readonly [key: string, id: string])[]): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const [key, id] of pairs) {
    const list = lists.get(key) ?? [];
    list.push(id);
    lists.set(key, list);
  }
  return lists;
}
