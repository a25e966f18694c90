import pg from 'pg';
import { asGuardError, classify } from './database-errors.js';

const databaseError = (fields: Partial<pg.DatabaseError>): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError('failed', 6, 'error'), { severity: 'ERROR' }, fields);

describe('what an error says about a flush', () => {
  it.each([
    ['a broken socket', new Error('read ECONNRESET'), 'lost'],
    ['a terminated backend', databaseError({ code: '57P01', severity: 'FATAL' }), 'lost'],
    ['a transaction that took too long', databaseError({ code: '25P04', severity: 'FATAL' }), 'lost'],
    ['a server that became a standby', databaseError({ code: '25006' }), 'lost'],
    ['a log without room', databaseError({ code: '23514', routine: 'ExecFindPartition' }), 'no-partition'],
    ['a check of a table', databaseError({ code: '23514', routine: 'ExecConstraints' }), 'refused'],
    ['a deadlock', databaseError({ code: '40P01' }), 'transient'],
    ['a full disk', databaseError({ code: '53100' }), 'transient'],
    ['a cancelled statement', databaseError({ code: '57014' }), 'transient'],
    ['another epoch', databaseError({ code: 'SF001' }), 'guard'],
    ['a value that the server does not take', databaseError({ code: '22P02' }), 'refused'],
  ])('%s', (_, error, kind) => {
    expect(classify(error)).toBe(kind);
  });

  it('a guard comes with its remedy', () => {
    expect(asGuardError(databaseError({ code: 'SF002' }))?.remedy).toMatch(/Restore/);
    expect(asGuardError(databaseError({ code: '22P02' }))).toBeUndefined();
  });
});
