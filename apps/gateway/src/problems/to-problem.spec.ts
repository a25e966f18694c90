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
