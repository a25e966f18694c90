import { type Relay, type RelayHealth, StalledError } from '#platform/bus';
import { type LaneHealth, type ProjectionHost } from '#platform/projections';
import { type ReactionHealth, type ReactionHost } from '#platform/reactions';
import { type Installation } from './installation.js';
import { relayChecks } from './readiness.js';
import { watchProjections, watchReactions, watchRelay, whileItMoves } from './while-it-moves.js';

const hung = { state: 'running', behind: true, error: null, lastProgressAt: 0 } as const;
const projections = (change: Partial<LaneHealth>): ProjectionHost => ({
  health: () => ({
    ...{ ok: true, errors: {}, aside: {} },
    lanes: [{ name: 'timeline', version: 1, build: 1, lane: 0, ...hung, ...change }],
  }),
  stop: () => Promise.resolve(),
});
const reactions = (change: Partial<ReactionHealth>): ReactionHost => ({
  health: () => ({ ok: true, reactions: [{ name: 'clock-deadlines', version: 1, ...hung, ...change }] }),
  stop: () => Promise.resolve(),
});
const relay = (change: Partial<RelayHealth>): Relay => ({
  health: () => ({ ...hung, ...change }),
  stop: () => Promise.resolve(),
});
const never = new Promise<never>(() => undefined);

describe('a program', () => {
  it.each([
    ['lane 0 of timeline', watchProjections(projections({}))],
    ['the reaction clock-deadlines', watchReactions(reactions({}))],
    ['the relay', watchRelay(relay({}))],
  ])('ends where %s hangs', async (what, look) => {
    const ended = whileItMoves(never, look, 20);
    await expect(ended).rejects.toThrow(StalledError);
    await expect(ended).rejects.toThrow(what);
  });

  it.each([
    ['has nothing to do', { behind: false }],
    ['stands still until somebody acts', { state: 'failed' }],
    ['moves', { lastProgressAt: Date.now() + 60_000 }],
  ] as const)('goes on until it is asked to stop where what it runs %s', async (_, change) => {
    for (const look of [
      watchProjections(projections(change)),
      watchReactions(reactions(change)),
      watchRelay(relay(change)),
    ]) {
      const stopped = new Promise<void>((resolve) => setTimeout(resolve, 60));
      await expect(whileItMoves(stopped, look, 20)).resolves.toBeUndefined();
    }
  });
});

describe('the readiness of a relay', () => {
  const installation = { store: { head: () => Promise.resolve(1n) }, config: { stalledAfterMs: 1_000 } };
  const isReady = async (health: Partial<RelayHealth>): Promise<void> => {
    const checks = relayChecks(installation as unknown as Installation, relay(health));
    for (const { check } of checks) await check();
  };

  it('ends where it is behind and silent, before its process does', async () => {
    await expect(isReady({ lastProgressAt: Date.now() - 600 })).rejects.toThrow(/nothing has moved/);
    await expect(isReady({ lastProgressAt: Date.now() - 600, error: 'no broker' })).rejects.toThrow('no broker');
    await expect(isReady({ lastProgressAt: Date.now() - 400 })).resolves.toBeUndefined();
    await expect(isReady({ lastProgressAt: Date.now() - 600, behind: false })).resolves.toBeUndefined();
  });
});
