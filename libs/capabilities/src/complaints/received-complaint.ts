import { believedAt, remedies, type TouchpointEvent } from '#contracts';
import { type ReceiveComplaint } from './complaint.decider.js';

/** Nobody has to say that a complaint is one. */
const BY = 'system:take-ups';

interface Of {
  readonly conversationId: string;
  /** Of the customer's key. */
  readonly incarnation: number;
  readonly reference: string;
}

/**
 * The complaint that a touchpoint is, received when it was made: what is told years later is years old. How severe its sender finds it,
 * and that it was answered elsewhere, is kept as they say; assessing and answering it are steps of its own.
 * @param event opened
 */
export function receivedComplaint(event: TouchpointEvent, of: Of): ReceiveComplaint | undefined {
  const { key: customerId, data } = event;
  const at = believedAt(event);
  if (data.kind !== 'complaint') return undefined;
  const text = (name: string): string | undefined => {
    const value = data.details[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const remedySought = remedies.find((each) => each === data.details['remedySought']);
  const answeredElsewhere = text('response');
  const about = ['product', 'subproduct', 'issue', 'subissue'].flatMap((name) => text(name) ?? []);
  return {
    ...{ type: 'Receive', at, by: BY },
    data: {
      ...{ customerId, ...of, channel: data.channel },
      description: text('text') ?? (about.join(', ') || data.kind),
      ...(remedySought && { remedySought }),
      ...(answeredElsewhere !== undefined && { answeredElsewhere }),
    },
  };
}
