import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type LaneStatus } from '#platform/projections';
import { type ReactionStatus } from '#platform/reactions';
import { createMetrics } from '#platform/telemetry';
import {
  observeInbound,
  observeProjections,
  observeReactions,
  observeRelay,
  observeRelayState,
} from './observation.js';

const lane = (name: string, state: LaneStatus['state'], role: LaneStatus['role'] = 'active'): LaneStatus => ({
  ...{ name, version: 1, build: 1, lane: 0, lanes: 3, role, filling: false, position: 7n, head: 9n, eventsBehind: 2 },
  ...{ secondsBehind: 5, parked: 0, oldestParkedAt: null, state, owner: null, fence: 1n, effectsFrom: 0n, error: null },
});

const reaction = (name: string, state: ReactionStatus['state']): ReactionStatus => ({
  ...{ name, version: 1, state, position: 7n, head: 9n, eventsBehind: 2, secondsBehind: 5, effectsFrom: 0n },
  ...{ timers: 0, overdueTimers: 0, secondsOverdue: 0, waitingCommands: 0, parkedTriggers: 0, parkedCommands: 0 },
  ...{ owner: null, error: null },
});

const shown = async (observe: (metrics: ReturnType<typeof createMetrics>) => void): Promise<string[]> => {
  const metrics = createMetrics({ ofProcess: false });
  observe(metrics);
  return (await metrics.exposition()).split('\n').filter((line) => /(failed|paused)\S* \d+$/.test(line));
};

describe('who stands still until somebody acts', () => {
  it('is told of a read model by the lanes of the build that is read', async () => {
    const lanes = [
      ...[lane('timeline', 'failed'), lane('timeline', 'failed'), lane('timeline', 'running')],
      ...[lane('queue', 'paused'), lane('customers', 'waiting'), lane('customers', 'failed', 'old')],
    ];
    const lines = await shown((metrics) => {
      observeProjections(metrics, { status: () => Promise.resolve(lanes) });
    });
    expect(lines.sort()).toEqual([
      'safar_projection_failed_lanes{projection="customers"} 0',
      'safar_projection_failed_lanes{projection="queue"} 0',
      'safar_projection_failed_lanes{projection="timeline"} 2',
      'safar_projection_paused_lanes{projection="customers"} 0',
      'safar_projection_paused_lanes{projection="queue"} 1',
      'safar_projection_paused_lanes{projection="timeline"} 0',
    ]);
  });

  it('is told of each reaction', async () => {
    const statuses = [reaction('clocks', 'failed'), reaction('rules', 'paused'), reaction('routing', 'waiting')];
    const lines = await shown((metrics) => {
      observeReactions(metrics, { status: () => Promise.resolve(statuses) });
    });
    expect(lines.sort()).toEqual([
      'safar_reaction_failed{reaction="clocks"} 1',
      'safar_reaction_failed{reaction="routing"} 0',
      'safar_reaction_failed{reaction="rules"} 0',
      'safar_reaction_paused{reaction="clocks"} 0',
      'safar_reaction_paused{reaction="routing"} 0',
      'safar_reaction_paused{reaction="rules"} 1',
    ]);
  });

  it.each([
    ['failed', 1],
    ['retrying', 0],
    ['standby', 0],
    ['running', 0],
  ] as const)('is told of the relay: one that is %s counts %d', async (state, counts) => {
    const health = () => ({ state, behind: true, lastProgressAt: 0, error: null });
    const lines = await shown((metrics) => {
      observeRelayState(metrics, { health });
    });
    expect(lines).toEqual([`safar_relay_failed ${String(counts)}`]);
  });
});

describe('the page about metrics', () => {
  it('lists what a relay tells, with its labels, and nothing else of it', () => {
    const metrics = createMetrics({ ofProcess: false });
    const usual = new Set(metrics.table().map(({ name }) => name));
    const unasked = {} as never;
    observeRelay(metrics, unasked);
    observeRelayState(metrics, unasked);
    observeInbound(metrics, { ...({} as { pool: never; bus: never }), topic: 'in', inbound: unasked, watch: unasked });
    const told = metrics.table().filter(({ name }) => !usual.has(name));
    const page = readFileSync(path.resolve(__dirname, '../../../docs/how-to/metrics.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `(safar_(?:relay|inbound)_\w+)` +\| (?:`(\w+)`)? *\| [A-Z0-9]/gm)];
    expect(listed.map(([, name, label]) => [name, label ? [label] : []]).sort()).toEqual(
      told.map(({ name, labels }) => [name, labels]).sort(),
    );
  });
});
