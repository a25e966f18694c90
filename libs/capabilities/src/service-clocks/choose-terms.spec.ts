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

  it('name who is warned and when, in seconds and in their order, those of one time together', () => {
    const [urgent] = book.policies;
    if (!urgent) throw new Error('there is one');
    const warnings = [
      { beforePercent: 50, to: ['user:ada'] },
      { beforeSeconds: 600, to: ['team:gold'] },
      { beforeSeconds: 30, to: ['user:bea', 'user:ada'] },
    ];
    const warning = { version: 7, policies: [{ ...urgent, warnings }] };
    const terms = chooseTerms(warning, { channel: 'chat', priority: 'high' }, 'first_response', () => 2);
    expect(terms?.warnings).toEqual([
      { beforeSeconds: 60, to: ['team:gold'] },
      { beforeSeconds: 30, to: ['user:ada', 'user:bea'] },
    ]);
    expect(chosen('chat', 'high', 'first_response')).not.toHaveProperty('warnings');
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
