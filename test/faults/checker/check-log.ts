import { type Observed, type StoredEvent } from './observed.js';
import { type Violation, told } from './violation.js';

/** I3: of the store itself. */
export function* checkLog({ store }: Observed): Generator<Violation> {
  yield* told('I3 order', disorder(store));
}

function* disorder(store: readonly StoredEvent[]): Generator<string> {
  const versions = new Map<string, number>();
  const ids = new Set<string>();
  let before: StoredEvent | undefined;
  for (const event of store) {
    const place = `position ${String(event.position)}`;
    const expected = (before?.position ?? 0) + 1;
    if (event.position !== expected) yield `${place} follows ${String(expected - 1)}`;
    if (before && event.recordedAt < before.recordedAt) yield `${place} was recorded before the one in front of it`;
    const version = (versions.get(event.stream) ?? 0) + 1;
    if (event.version !== version)
      yield `${place} is version ${String(event.version)} of ${event.stream}, not ${String(version)}`;
    versions.set(event.stream, event.version);
    if (ids.has(event.id)) yield `event ${event.id} is there twice, again at ${place}`;
    ids.add(event.id);
    before = event;
  }
}
