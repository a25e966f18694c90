import { randomUUID } from 'node:crypto';
import { parseTouchpoint, type TouchpointResult } from '#contracts';
import { takeTurns } from '#platform/event-loop';
import { type Installation } from '#wiring';
import { emmett as emmettStore, openEmmett } from '../append/emmett.js';
import { safar as safarStore } from '../append/safar.js';
import { type HttpWay } from '../harness/jobs.js';
import { serveGateway } from './gateway.js';
import { plain } from './plain.js';
import { type HttpContestant } from './serving.js';

type Recorder = Installation['recordTouchpoints'];
type Touchpoint = Extract<ReturnType<typeof parseTouchpoint>, { readonly ok: true }>['value'];

/** Read and checked as our recorder does it, one after the other; what becomes of the good ones is the contestant's. */
const recorder =
  (store: (touchpoint: Touchpoint) => TouchpointResult | Promise<TouchpointResult>): Recorder =>
  async (values, context) => {
    const results: (TouchpointResult | Promise<TouchpointResult>)[] = [];
    for (const value of values) {
      const turn = takeTurns();
      if (turn) await turn;
      const parsed = parseTouchpoint(value, Date.now(), context);
      if (!parsed.ok) throw new Error('a touchpoint of the bench was refused');
      results.push(store(parsed.value));
    }
    return await Promise.all(results);
  };

const accepted = (id: string, position: bigint, eventId: string): TouchpointResult => ({
  status: 'accepted',
  id,
  eventId,
  customerId: eventId,
  position: position.toString(),
});

const nowhere = '0f7b5c1e-1111-8222-8333-444455556666';

/** Everything before the store, and an answer as long as the store's. */
const unstored: HttpContestant = {
  serve: ({ url }) =>
    serveGateway(url, () => {
      let position = 0n;
      return recorder(({ id }) => accepted(id, ++position, nowhere));
    }),
};

const stored: HttpContestant = {
  countSql: safarStore.countSql,
  serve: ({ url }) => serveGateway(url, ({ recordTouchpoints }) => recordTouchpoints),
};

/** Our gateway on Emmett's store: it expects nothing of a stream and seals nothing. */
const emmett: HttpContestant = {
  countSql: emmettStore.countSql,
  async serve({ url }, connections) {
    const { store, pool } = await openEmmett(url, connections);
    const serving = await serveGateway(url, () =>
      recorder(async (touchpoint) => {
        const stream = `customer-${touchpoint.identifiers[0]?.value ?? touchpoint.id}`;
        const data = { ...touchpoint };
        const { lastEventGlobalPosition } = await store.appendToStream(stream, [{ type: 'touchpoint.purchase', data }]);
        return accepted(touchpoint.id, lastEventGlobalPosition, randomUUID());
      }),
    );
    return {
      ...serving,
      close: async () => {
        await serving.close();
        await store.close();
        await pool.end();
      },
    };
  },
};

export const httpContestants: { readonly [Way in HttpWay]: HttpContestant } = {
  safar: unstored,
  'node-http': plain,
  'safar-stored': stored,
  'emmett-stored': emmett,
};
