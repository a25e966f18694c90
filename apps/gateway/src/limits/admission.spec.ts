import { type IncomingMessage } from 'node:http';
import { Admission } from './admission.js';

const limits = {
  writesInFlight: 100,
  itemsInFlight: 1_000,
  uploadsInFlight: 2,
  writeLatencyMs: 500,
  loopDelayMs: 1e9,
};

/** A write of which not all was sent. */
const arriving = () => ({ method: 'POST', headers: {}, complete: false }) as unknown as IncomingMessage;

describe('a write whose body is awaited', () => {
  let admission: Admission;
  let leave: (() => void)[];
  let refused: IncomingMessage[];
  beforeEach(() => {
    jest.useFakeTimers();
    admission = new Admission(limits);
    leave = [];
    refused = [];
  });
  afterEach(() => {
    admission.close();
    jest.useRealTimers();
  });
  const enter = (message: IncomingMessage) => admission.enter(message, (left) => leave.push(left));
  const enterMany = (count: number) => Array.from({ length: count }, arriving).filter(enter);
  const stall = (count: number) => {
    const stalled = enterMany(count);
    for (const message of stalled) admission.awaitBody(message, () => refused.push(message));
    jest.advanceTimersByTime(1_200);
    return stalled;
  };

  it('keeps its place for a second and a little, and takes one again with its last byte', () => {
    const full = enterMany(100);
    expect([enter(arriving()), admission.state.writes]).toEqual([false, 100]);
    for (const message of full) admission.awaitBody(message, () => refused.push(message));
    jest.advanceTimersByTime(900);
    expect([enter(arriving()), admission.state.writes]).toEqual([false, 100]);
    jest.advanceTimersByTime(300);
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
    expect(enter(arriving())).toBe(true);
    expect(full[0] && admission.bodyArrived(full[0])).toBe(true);
    expect(admission.state.writes).toBe(2);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items, refused]).toEqual([0, 0, []]);
  });

  it('keeps its place as long as nobody reads: that is our own time', () => {
    enterMany(1);
    jest.advanceTimersByTime(20_000);
    expect(admission.state.writes).toBe(1);
    for (const left of leave) left();
    jest.advanceTimersByTime(100);
    expect(admission.state.limit).toBeLessThan(100);
  });

  it('counts with its items as soon as they are known', () => {
    const [first] = stall(1);
    expect(first && admission.bodyArrived(first) && admission.grow(first, 9)).toBe(true);
    expect([admission.state.writes, admission.state.items]).toEqual([1, 10]);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
  });

  it.each(['bodyArrived', 'bodyAbandoned'] as const)('is no sign that the store is slow (%s)', (ended) => {
    const [first] = enterMany(1);
    if (first) admission.awaitBody(first, () => undefined);
    jest.advanceTimersByTime(900);
    if (first) admission[ended](first);
    for (const left of leave) left();
    jest.advanceTimersByTime(100);
    expect(admission.state.limit).toBe(100);
  });

  it('is refused when it comes back to a gateway that is full, as all of them may at once', () => {
    const stalled = stall(100);
    enterMany(90);
    const taken = stalled.filter((message) => admission.bodyArrived(message));
    expect([taken.length, admission.state.writes, admission.state.refused]).toEqual([10, 100, 90]);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
  });

  it('is refused when too many others are awaited, the first one first, and nobody who has sent all', () => {
    const first = stall(60);
    const second = stall(60);
    expect([refused, second.length]).toEqual([first.slice(0, 20), 60]);
    expect(enterMany(100)).toHaveLength(100);
    // What it sends after that, or that it goes, changes nothing.
    for (const message of refused) admission.bodyAbandoned(message);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
    expect(stall(100)).toHaveLength(100);
    expect(refused).toHaveLength(20);
  });
});
