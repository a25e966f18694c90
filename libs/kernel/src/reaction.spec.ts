import { firesBefore } from './reaction.js';

describe('a pending timer beside a pending event', () => {
  const timer = { name: 'first-reply', dueAt: 1_000 };

  it('fires before an event that was recorded after its due instant', () =>
    expect(firesBefore(timer, { recordedAt: 1_001 })).toBe(true));
  it('waits for an event that was recorded before its due instant', () =>
    expect(firesBefore(timer, { recordedAt: 999 })).toBe(false));
  it('lets an event recorded at the very due instant be in time', () =>
    expect(firesBefore(timer, { recordedAt: 1_000 })).toBe(false));
});
