import { setImmediate as soon } from 'node:timers';

/** How long requests together may hold the event loop before it looks after everybody else: a large touchpoint takes 5 ms to be checked. */
const TURN_MS = 8;

/** When the first of this turn of the event loop began to work. */
let began: number | undefined;
const waiting: (() => void)[] = [];

/**
 * Between two pieces of work: goes on at once, or in a later turn of the event loop. All who work in pieces share its turns, so however
 * many requests there are, nobody waits longer than a turn and a piece. A promise is only made for those who wait.
 */
export function takeTurns(): Promise<void> | undefined {
  const now = performance.now();
  if (began === undefined) {
    began = now;
    soon(nextTurn);
  }
  if (waiting.length === 0 && now - began < TURN_MS) return undefined;
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

function nextTurn(): void {
  const next = waiting.shift();
  if (next === undefined) {
    began = undefined;
    return;
  }
  began = performance.now();
  soon(nextTurn);
  next();
}
