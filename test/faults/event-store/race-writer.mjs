// A process that appends until it is told to stop, or killed. Everything it is about to ask for and every answer goes to its
// ledger with a synchronous write: what stands there survives the process, and is what it would have told its own callers.
import { createHash, randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresEventStore } from '../../../dist/libs/platform/src/event-store/index.js';

const { url, ledgerFile, callers, sharedStreams } = JSON.parse(process.argv[2]);
const ledger = openSync(ledgerFile, 'a');
const note = (entry) => writeSync(ledger, `${JSON.stringify(entry)}\n`);
const chance = (share) => Math.random() < share;
const pick = (values) => values[Math.floor(Math.random() * values.length)];

let stopping = false;
process.once('message', () => (stopping = true));
process.once('disconnect', () => process.exit(1));

const eventOf = (type = 'thing.happened') => ({
  id: randomUUID(),
  type,
  schemaVersion: 1,
  key: 'thing',
  occurredAt: Date.now(),
  data: { text: 'سفر' },
  meta: { source: '/sources/race', correlationId: 'race', causationId: 'race' },
});
const events = () => Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => eventOf());
const hashOf = (appendId) => createHash('md5').update(appendId).digest();

const open = async () => {
  for (;;) {
    try {
      return await openPostgresEventStore({ url, applicationName: 'race' });
    } catch (error) {
      // The server may be starting again.
      if (error.name === 'StoreGuardError') throw error;
      await sleep(50);
    }
  }
};
const store = await open();

/** Asks again while the outcome is unknown, as a careful caller does. */
async function append(streams, appendId = randomUUID()) {
  const request = { appendId, requestHash: hashOf(appendId), streams };
  note({
    asked: appendId,
    streams: streams.map(({ stream }) => stream),
    ids: streams.flatMap((part) => part.events.map(({ id }) => id)),
  });
  for (;;) {
    try {
      const outcome = await store.append(request);
      const known = outcome.status === 'appended' || outcome.status === 'repeated';
      note(
        known
          ? {
              stored: appendId,
              first: String(outcome.firstPosition),
              last: String(outcome.lastPosition),
              versions: outcome.versions,
            }
          : { refused: appendId, status: outcome.status },
      );
      return outcome;
    } catch (error) {
      if (error.name !== 'AppendOutcomeUnknownError' && error.name !== 'StoreBusyError') {
        note({ refused: appendId, status: 'error' });
        return { status: 'error' };
      }
      await sleep(20);
    }
  }
}

async function call() {
  const stream = `race-${randomUUID()}`;
  let version = 0;
  let latest;
  while (!stopping) {
    await sleep(Math.random() * 8);
    if (chance(0.05)) {
      // The server refuses this one, and the whole flush is rolled back.
      await append([{ stream: pick(sharedStreams), expect: 'any', events: [eventOf('poison')] }]);
    } else if (chance(0.1)) {
      await append([{ stream, expect: { version: version + 1_000 }, events: events() }]);
    } else if (chance(0.1) && latest) {
      // Asked for twice.
      const outcome = await append(latest.streams, latest.appendId);
      if (outcome.status !== 'repeated') note({ broken: `a repetition was answered ${outcome.status}` });
    } else {
      const streams = [{ stream, expect: { version }, events: events() }];
      if (chance(0.3)) streams.push({ stream: pick(sharedStreams), expect: 'any', events: events() });
      const appendId = randomUUID();
      const outcome = await append(streams, appendId);
      if (outcome.status !== 'appended' && outcome.status !== 'repeated')
        note({ broken: `an append to a stream of its own was answered ${outcome.status}` });
      else version = outcome.versions[0];
      latest = { streams, appendId };
    }
  }
}

process.send('ready');
await Promise.all(Array.from({ length: callers }, call));
await store.close();
process.exit(0);
