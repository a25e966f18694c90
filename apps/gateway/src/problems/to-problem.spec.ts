import {
  AppendOutcomeUnknownError,
  AppendTooLargeError,
  StoreBusyError,
  StoreFencedError,
  StoreUnavailableError,
} from '#platform/event-store';
import { toProblem } from './to-problem.js';

describe('whatever the event store throws', () => {
  it.each([
    [new StoreBusyError(1_000), 'store_busy', 503],
    [new AppendOutcomeUnknownError('lost'), 'outcome_unknown', 503],
    [new AppendTooLargeError(1_048_576), 'too_large_for_store', 413],
    [new StoreUnavailableError('no answer'), 'unavailable', 503],
    [new StoreFencedError('another epoch', 'restart'), 'store_refused', 503],
  ])('is a problem of its own: %s', (error, code, status) => {
    expect(toProblem(error)).toMatchObject({ code, status });
  });
});

describe('whatever node-postgres says of a database that is away', () => {
  // It has no code for these: they were answered with 500 while a connection was reset under a query.
  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Received unexpected commandComplete message from backend.',
  ])('asks to come again: %s', (message) => {
    expect(toProblem(new Error(message))).toMatchObject({ code: 'unavailable', status: 503 });
  });

  it.each([
    ...['08006', '53300', '57P01', '58030', 'ECONNRESET', 'ECONNABORTED', 'EHOSTUNREACH', 'EAI_AGAIN'],
    // Of a query that is written on a socket in the moment in which it breaks.
    ...['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
  ])('so does the code %s', (code) => {
    expect(toProblem(Object.assign(new Error('away'), { code }))).toMatchObject({ code: 'unavailable' });
  });

  it('is not taken from an error of another kind', () => {
    expect(toProblem(new Error('the connection of these dots'))).toMatchObject({ code: 'internal' });
    expect(toProblem(Object.assign(new Error('not a function'), { code: 'ERR_INVALID_ARG_TYPE' }))).toMatchObject({
      code: 'internal',
    });
    // A statement of ours with more values than it mentions.
    expect(toProblem(Object.assign(new Error('bind message'), { code: '08P01' }))).toMatchObject({ code: 'internal' });
  });
});
