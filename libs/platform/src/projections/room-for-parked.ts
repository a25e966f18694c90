import { ConsumerTroubleError } from '#platform/consumers';
import { type ParkedBefore } from './parked-events.js';

/** Of failures there are few, or the code is wrong. What waits behind them is one customer's, who may be a busy one: it is no worse for others. */
const WAITING_FOR_EACH = 20;

/** @throws ConsumerTroubleError when more would be parked than may be. */
export function demandRoom(
  before: ParkedBefore,
  more: { readonly failed: number; readonly all: number },
  maxParked: number,
): void {
  const failed = before.failed + more.failed;
  const waiting = before.waiting + more.all - more.failed;
  const maxWaiting = maxParked * WAITING_FOR_EACH;
  if (failed <= maxParked && waiting <= maxWaiting) return;
  const [count, most, what] =
    failed > maxParked ? [failed, maxParked, 'events'] : [waiting, maxWaiting, 'events behind them'];
  throw new ConsumerTroubleError(
    'failed',
    `${String(count)} ${what} would be parked, ${String(most)} may be; release or discard them, or mend the projection`,
  );
}
