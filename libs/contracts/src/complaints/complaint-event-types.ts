import { type DtoClass } from '../events/fields/dto-class.js';
import { type ComplaintData, type ComplaintEventType } from './complaint-event.js';
import {
  ComplaintAcknowledgedDto,
  ComplaintAssessedDto,
  ComplaintClosedDto,
  ComplaintDecidedDto,
  ComplaintForgottenDto,
  ComplaintInvestigatedDto,
  ComplaintReceivedDto,
  ComplaintRespondedDto,
  RootCausesDefinedDto,
} from './complaint-events.dto.js';

const uuid = (last: string): string => `0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5${last}`;
const by = `user:${uuid('a')}`;

type Data = ComplaintData & { readonly 'root_causes.defined': RootCausesDefinedDto };
type Declared = {
  readonly [T in ComplaintEventType | 'root_causes.defined']: readonly [DtoClass<Data[T]>, Data[T]];
};

const declared: Declared = {
  'complaint.received': [
    ComplaintReceivedDto,
    {
      ...{ by, customerId: uuid('0'), incarnation: 1, conversationId: uuid('c'), channel: 'email' },
      ...{ reference: 'C-4F7K-92QX-0B1M', remedySought: 'refund', answeredElsewhere: 'Closed with explanation' },
      description: 'I was charged twice for the same night and nobody calls back.',
    },
  ],
  'complaint.acknowledged': [ComplaintAcknowledgedDto, { by }],
  'complaint.assessed': [
    ComplaintAssessedDto,
    { by, severity: 'high', safety: false, complexity: 'ordinary', impact: 'one_customer' },
  ],
  'complaint.investigated': [
    ComplaintInvestigatedDto,
    { by, rootCause: 'double-booking', rootCausesVersion: 3, findings: 'دو بار از حساب برداشت شده است.' },
  ],
  'complaint.responded': [ComplaintRespondedDto, { by, offered: 'refund', text: 'We have sent the money back.' }],
  'complaint.decided': [
    ComplaintDecidedDto,
    { by, outcome: 'upheld', remedy: 'refund', reasons: 'The second charge was ours.' },
  ],
  'complaint.closed': [ComplaintClosedDto, { by, how: 'accepted' }],
  'complaint.forgotten': [ComplaintForgottenDto, { customerId: uuid('0') }],
  'root_causes.defined': [
    RootCausesDefinedDto,
    {
      by,
      causes: [
        { code: 'billing', name: 'Billing' },
        { code: 'double-booking', name: 'Booked twice', within: 'billing', retired: false },
      ],
    },
  ],
};

/** Every type of a complaint's events, and of the list of root causes, with its DTO and an example that has all of its members. */
export const complaintEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] =
  Object.entries(declared).map(([type, [data, example]]) => [type, data, example] as const);
