import { type LaneStatus } from '#platform/projections';
import {
  clockCheck,
  diskCheck,
  durabilityCheck,
  laneCheck,
  nodeCheck,
  otherBuildCheck,
  postgresCheck,
} from './verdicts.js';

const lane = { name: 'timeline', state: 'running', error: null, parked: 0, eventsBehind: 0, secondsBehind: 0 } as const;

const old: LaneStatus = {
  ...{ ...lane, version: 1, build: 2, lane: 0, lanes: 1, role: 'previous', filling: false, position: 7n, head: 9n },
  ...{ eventsBehind: 2, oldestParkedAt: null, state: 'waiting', owner: null, fence: 1n, effectsFrom: 0n },
};

describe('the doctor', () => {
  it('names a build beside the one in use that nobody feeds, and how to be rid of it', () => {
    expect(otherBuildCheck(old)).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('v1.2'),
      remedy: expect.stringContaining('safar projections drop timeline 2'),
    });
    expect(otherBuildCheck({ ...old, role: 'new', state: 'failed', eventsBehind: 0, error: 'boom' })).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('nobody reads: boom'),
    });
    expect(otherBuildCheck({ ...old, state: 'running' })).toBeUndefined();
    expect(otherBuildCheck({ ...old, eventsBehind: 0 })).toBeUndefined();
  });

  it.each([
    [nodeCheck('20.18.3'), 'failed'],
    [nodeCheck('20.19.0'), 'ok'],
    [nodeCheck('24.1.0'), 'ok'],
    [postgresCheck(140_012, '14.12'), 'failed'],
    [postgresCheck(180_004, '18.4'), 'ok'],
    [durabilityCheck({ fsync: 'on', fullPageWrites: 'on', synchronousCommit: 'remote_apply' }), 'ok'],
    [durabilityCheck({ fsync: 'off', fullPageWrites: 'on', synchronousCommit: 'on' }), 'failed'],
    [durabilityCheck({ fsync: 'on', fullPageWrites: 'off', synchronousCommit: 'on' }), 'warning'],
    [durabilityCheck({ fsync: 'on', fullPageWrites: 'on', synchronousCommit: 'off' }), 'warning'],
    [diskCheck(50_000_000, '/data'), 'failed'],
    [diskCheck(1_000_000_000, '/data'), 'warning'],
    [diskCheck(5_000_000_000, '/data'), 'ok'],
    [clockCheck(-2_500), 'warning'],
    [clockCheck(15), 'ok'],
    [laneCheck(lane), 'ok'],
    [laneCheck({ ...lane, state: 'failed', error: 'boom' }), 'failed'],
    [laneCheck({ ...lane, parked: 1 }), 'warning'],
    [laneCheck({ ...lane, state: 'waiting', eventsBehind: 5 }), 'warning'],
    [laneCheck({ ...lane, state: 'waiting' }), 'ok'],
    [laneCheck({ ...lane, eventsBehind: 5, secondsBehind: 120 }), 'warning'],
  ])('says of %j: %s', (check, status) => {
    expect(check.status).toBe(status);
  });

  it('has a remedy for everything that is not well', () => {
    for (const check of [nodeCheck('18.0.0'), diskCheck(0, '/'), laneCheck({ ...lane, parked: 2 })])
      expect(check.remedy).not.toBe('');
  });
});
