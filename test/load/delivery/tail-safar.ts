import { setTimeout as sleep } from 'node:timers/promises';
import { type Position, START } from '#kernel';
import { openPostgresEventStore } from '#platform/event-store';
import { type Tail } from './tail.js';

const PAGE_EVENTS = 500;
/** A lost hint costs this much. */
const POLL_MS = 50;

/** The plainest reader there can be: what comes after the last position. It is right because positions are in commit order. */
export const tailSafar: Tail = async ({ url, untilStream }, started, given) => {
  const store = await openPostgresEventStore({ url, applicationName: 'safar bench' });
  await started();
  let after: Position = START;
  for (let ended = false; !ended;) {
    const { events, full } = await store.readAll(after, PAGE_EVENTS);
    for (const { stream, version, position } of events) {
      given(stream, version);
      after = position;
      ended ||= stream === untilStream;
    }
    if (!full && !ended) await sleep(POLL_MS);
  }
  await store.close();
};
