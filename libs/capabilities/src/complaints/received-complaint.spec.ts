import { type TouchpointEvent } from '#contracts';
import { receivedComplaint } from './received-complaint.js';

const noon = Date.UTC(2014, 2, 21, 12);
const of = { conversationId: 'k', incarnation: 2, reference: 'C-0000-0000-0000' };
const told = (kind: string, details: Readonly<Record<string, unknown>>, occurredAt = noon): TouchpointEvent =>
  ({ key: 'sara', occurredAt, recordedAt: noon, data: { kind, channel: 'fax', details } }) as TouchpointEvent;
const received = { type: 'Receive', at: noon, by: 'system:take-ups' } as const;
const data = { customerId: 'sara', ...of, channel: 'fax' };

it('is received at the time at which it was made, with what the customer wants', () => {
  const details = { text: 'سه بار وعده دادید', remedySought: 'refund', severity: 'high', response: 'Closed' };
  expect(receivedComplaint(told('complaint', details), of)).toEqual({
    ...received,
    data: { ...data, description: 'سه بار وعده دادید', remedySought: 'refund', answeredElsewhere: 'Closed' },
  });
});

it('is received no later than it was recorded', () => {
  expect(receivedComplaint(told('complaint', {}, noon + 1), of)).toMatchObject({ at: noon });
});

it('is described by what it is about where nobody wrote anything', () => {
  const about = (details: Readonly<Record<string, unknown>>) =>
    receivedComplaint(told('complaint', details), of)?.data.description;
  expect(about({ product: 'Mortgage', issue: 'Late fee', remedySought: 'a castle' })).toBe('Mortgage, Late fee');
  expect(about({})).toBe('complaint');
});

it('is nothing that is told by other touchpoints', () => {
  expect(receivedComplaint(told('message', { text: 'I complain' }), of)).toBeUndefined();
});
