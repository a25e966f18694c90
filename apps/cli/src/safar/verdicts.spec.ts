import { clockCheck, diskCheck, laneCheck, nodeCheck, postgresCheck } from './verdicts.js';

const lane = { name: 'timeline', state: 'running', error: null, parked: 0, eventsBehind: 0, secondsBehind: 0 } as const;

describe('the doctor', () => {
  it.each([
    [nodeCheck('20.18.3'), 'failed'],
    [nodeCheck('20.19.0'), 'ok'],
    [nodeCheck('24.1.0'), 'ok'],
    [postgresCheck(140_012, '14.12'), 'failed'],
    [postgresCheck(180_004, '18.4'), 'ok'],
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
