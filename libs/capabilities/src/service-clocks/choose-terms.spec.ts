import { type ClockPolicies } from '#contracts';
import { chooseTerms } from './choose-terms.js';

const book: ClockPolicies = {
  version: 7,
  policies: [
    {
      id: 'urgent-chat',
      when: { channel: ['chat'], priority: ['urgent', 'high'] },
      calendarId: 'always',
      targetSeconds: { first_response: 60 },
      pausedWhile: {},
    },
    {
      id: 'everyone',
      when: {},
      calendarId: 'office',
      targetSeconds: { first_response: 3600, update: 7200, resolution: 86_400 },
      pausedWhile: { update: ['waiting_customer'], resolution: ['waiting_third_party'] },
    },
  ],
};
const chosen = (
  channel: string,
  priority: string,
  kind: 'first_response' | 'update' | 'resolution' | 'next_response',
) => chooseTerms(book, { channel, priority }, kind, () => 2);

describe('the terms of a clock', () => {
  it('are those of the first policy that matches in everything', () => {
    expect(chosen('chat', 'high', 'first_response')).toMatchObject({ policyId: 'urgent-chat', targetSeconds: 60 });
    expect(chosen('email', 'high', 'first_response')).toMatchObject({
      policyId: 'everyone',
      policyVersion: 7,
      calendarVersion: 2,
    });
  });

  it('are none where that policy has no target', () => {
    expect(chosen('chat', 'urgent', 'resolution')).toBeUndefined();
    expect(chosen('email', 'low', 'next_response')).toBeUndefined();
  });

  it('pause a response never, a resolution while it waits for the customer, and what the policy adds', () => {
    expect(chosen('email', 'low', 'first_response')?.pausedWhile).toEqual([]);
    expect(chosen('email', 'low', 'update')?.pausedWhile).toEqual(['waiting_customer']);
    expect(chosen('email', 'low', 'resolution')?.pausedWhile.toSorted()).toEqual([
      'waiting_customer',
      'waiting_third_party',
    ]);
  });
});
