import { type IncomingMessage } from 'node:http';
import { Admission } from './admission.js';

const limits = {
  writesInFlight: 100,
  itemsInFlight: 1_000,
  uploadsInFlight: 2,
  writeLatencyMs: 500,
  loopDelayMs: 1e9,
  trustedProxies: [] as string[],
};

/** A write whose body is awaited. */
const arriving = (remoteAddress: string) =>
  ({ method: 'POST', headers: {}, complete: false, socket: { remoteAddress } }) as unknown as IncomingMessage & {
    complete: boolean;
  };

describe('a write whose body is awaited', () => {
  let admission: Admission;
  let leave: (() => void)[];
  beforeEach(() => {
    jest.useFakeTimers();
    admission = new Admission(limits);
    leave = [];
  });
  afterEach(() => {
    admission.close();
    jest.useRealTimers();
  });
  const enter = (message: IncomingMessage) => admission.enter(message, (left) => leave.push(left));
  const stall = (count: number, address = '192.0.2.1') =>
    Array.from({ length: count }, () => arriving(address)).filter(enter);

  it('keeps its place for two seconds at most, and takes one again with its last byte', () => {
    const [first] = stall(100);
    expect([enter(arriving('198.51.100.1')), admission.state.writes]).toEqual([false, 100]);
    jest.advanceTimersByTime(2_000);
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
    expect(enter(arriving('198.51.100.1'))).toBe(true);
    if (first) first.complete = true;
    jest.advanceTimersByTime(100);
    expect(admission.state.writes).toBe(2);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
  });

  it('counts with its items as soon as they are known', () => {
    const [first] = stall(1);
    jest.advanceTimersByTime(2_000);
    expect(first && admission.grow(first, 9)).toBe(true);
    expect([admission.state.writes, admission.state.items]).toEqual([1, 10]);
    for (const left of leave) left();
    expect([admission.state.writes, admission.state.items]).toEqual([0, 0]);
  });

  it('is no sign that the store is slow', () => {
    const [first] = stall(1);
    jest.advanceTimersByTime(20_000);
    if (first) first.complete = true;
    for (const left of leave) left();
    jest.advanceTimersByTime(100);
    expect(admission.state.limit).toBe(100);
  });

  it('shuts out who has many of them, and nobody else', () => {
    stall(64);
    jest.advanceTimersByTime(2_000);
    expect(enter(arriving('::ffff:192.0.2.1'))).toBe(false);
    expect(enter(arriving('192.0.2.2'))).toBe(true);
    const behindProxy = new Admission({ ...limits, trustedProxies: ['192.0.2.1'] });
    for (let n = 0; n < 64; n += 1) behindProxy.enter(arriving('192.0.2.1'), (left) => leave.push(left));
    jest.advanceTimersByTime(2_000);
    expect(behindProxy.enter(arriving('192.0.2.1'), (left) => leave.push(left))).toBe(true);
    behindProxy.close();
    for (const left of leave) left();
    expect(enter(arriving('192.0.2.1'))).toBe(true);
  });
});
