import {
  AssessComplaintDto,
  CloseComplaintDto,
  complaintStages,
  DecideComplaintDto,
  InvestigateComplaintDto,
  OpenComplaintDto,
  RespondToComplaintDto,
  RootCausesDto,
} from '#contracts';
import { bodyProblems, storeProblems as conversationProblems } from '../conversations/conversation-operations.js';
import { noConversation, oneConversation } from '../conversations/conversation-examples.js';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, id, idempotencyKey, ifMatch, limit, minPosition, text, time } from '../documents/parameters.js';

/** The complaint that the examples take through its stages. */
const oneComplaint = '7b3f9e40-5d6c-4e7f-8a81-9cadbe2f3041';
const path = { id: oneComplaint };

export const complaintId = { id: id('UUID of the complaint.') };
const storeProblems = [
  ...conversationProblems.filter((code) => code !== 'conversation_refused'),
  'complaint_refused',
  'not_caught_up',
] as const;
const listProblems = ['invalid_parameters', 'unknown_position', 'not_caught_up'] as const;

export const openComplaint: OperationDescription = {
  ...{ id: 'openComplaint', tag: 'complaints', summary: 'Take a complaint' },
  description:
    'That a customer makes in a conversation. It gets a reference, which the customer can name it by. ' +
    'A touchpoint that is a complaint has made one already, which is named in the refusal `made-by-touchpoint`; `another` says that this one is about something else.',
  headers: { 'Idempotency-Key': idempotencyKey },
  body: { 'application/json': { dto: OpenComplaintDto } },
  answers: { 201: { description: 'It is received.', headers: { ETag: 'Version of the complaint.' } } },
  problems: [...bodyProblems, ...storeProblems, 'conversation_not_found'],
  examples: [
    {
      summary: 'About a charge',
      body: {
        ...{ id: oneComplaint, conversation: oneConversation, remedySought: 'refund' },
        description: 'I was charged twice and nobody calls back.',
      },
      status: 201,
    },
    {
      summary: 'In no conversation',
      body: { conversation: noConversation, description: 'سه بار وعده دادید و نیامدید.' },
      status: 404,
    },
  ],
};

export const listComplaints: OperationDescription = {
  ...{ id: 'listComplaints', tag: 'complaints', summary: 'List complaints', description: 'The latest first.' },
  query: {
    stage: text('The last step that was taken; several with commas.', {
      pattern: `^(${complaintStages.join('|')})(,(${complaintStages.join('|')}))*$`,
    }),
    reference: text('As the customer names it.', { maxLength: 40 }),
    conversation: text('Made in this conversation.', { maxLength: 36 }),
    ...{ cursor, limit, minPosition },
  },
  answers: { 200: { description: 'A page of complaints.' } },
  problems: listProblems,
  examples: [
    { summary: 'Those that nobody acknowledged', query: { stage: 'received' }, status: 200 },
    { summary: 'A stage that is none', query: { stage: 'forgotten' }, status: 400 },
  ],
};

export const getComplaint: OperationDescription = {
  ...{ id: 'getComplaint', tag: 'complaints', summary: 'Look at a complaint' },
  description: 'With each of its steps, and what was written at it.',
  path: complaintId,
  answers: { 200: { description: 'The complaint.', headers: { ETag: 'Version of the complaint.' } } },
  problems: ['complaint_not_found'],
  examples: [
    { summary: 'One', path, status: 200 },
    { summary: 'One that is not there', path: { id: noConversation }, status: 404 },
  ],
};

export const complaintFigures: OperationDescription = {
  ...{ id: 'getComplaintFigures', tag: 'complaints', summary: 'Figures of complaints' },
  description:
    'Of those that were received in a range of at most 366 days: time to acknowledge and to decide, share upheld, and how many had a root cause ' +
    'that another complaint of the 90 days before had, too.',
  query: {
    from: { ...time('Received at or after it.'), required: true },
    to: { ...time('Received before it.'), required: true },
    minPosition,
  },
  answers: { 200: { description: 'The figures, each with what it counts.' } },
  problems: listProblems,
  examples: [
    { summary: 'Of a month', query: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' }, status: 200 },
    { summary: 'Of no time', query: { from: '2026-03-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }, status: 400 },
  ],
};

interface Told {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly dto?: new () => object;
  readonly examples: OperationDescription['examples'];
}

/** Every step of a complaint is asked for, taken and refused in the same way. */
const step = ({ id: name, summary, description, dto, examples }: Told): OperationDescription => ({
  ...{ id: name, tag: 'complaints', summary, path: complaintId, examples },
  ...(description !== undefined && { description }),
  ...(dto && { body: { 'application/json': { dto } } }),
  headers: { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch },
  answers: { 200: { description: 'It is so now.', headers: { ETag: 'Version of the complaint.' } } },
  problems: [
    ...(dto ? bodyProblems : (['invalid_parameters'] as const)),
    ...storeProblems,
    'complaint_not_found',
    'version_mismatch',
  ],
});

export const acknowledge = step({
  id: 'acknowledgeComplaint',
  summary: 'Tell the customer that it is here',
  examples: [
    { summary: 'At a version', path, headers: { 'If-Match': '"7"' }, status: 412 },
    { summary: 'As it is', path, status: 200 },
    { summary: 'Once more', path, status: 409 },
  ],
});

export const assess = step({
  id: 'assessComplaint',
  summary: 'Say how grave it is',
  description: 'Again, too, until it is decided.',
  dto: AssessComplaintDto,
  examples: [
    {
      summary: 'Grave, and nobody was harmed',
      path,
      body: { severity: 'high', safety: false, complexity: 'ordinary', impact: 'one_customer' },
      status: 200,
    },
  ],
});

export const investigate = step({
  id: 'investigateComplaint',
  summary: 'Say what was found, and why it came about',
  description: 'Again, too, until it is decided. A root cause is one of the list.',
  dto: InvestigateComplaintDto,
  examples: [
    { summary: 'By nothing in the list', path, body: { findings: 'x', rootCause: 'bad-luck' }, status: 409 },
    { summary: 'Not yet explained', path, body: { findings: 'The card was charged twice.' }, status: 200 },
  ],
});

export const respond = step({
  id: 'respondToComplaint',
  summary: 'Answer the customer',
  description: 'It is recorded here; delivering it is for the conversation.',
  dto: RespondToComplaintDto,
  examples: [
    { summary: 'With an offer', path, body: { text: 'We have sent it back.', offered: 'refund' }, status: 200 },
  ],
});

export const decide = step({
  id: 'decideComplaint',
  summary: 'Decide it',
  dto: DecideComplaintDto,
  examples: [
    { summary: 'The customer was right', path, body: { outcome: 'upheld', reasons: 'It was ours.' }, status: 200 },
  ],
});

export const close = step({
  id: 'closeComplaint',
  summary: 'Close it',
  dto: CloseComplaintDto,
  examples: [{ summary: 'The customer is content', path, body: { how: 'accepted' }, status: 200 }],
});

export const getRootCauses: OperationDescription = {
  ...{ id: 'getRootCauses', tag: 'complaints', summary: 'Look at the list of root causes' },
  query: { minPosition },
  answers: { 200: { description: 'The list as it is now.', headers: { ETag: 'Version of the list.' } } },
  problems: listProblems,
  examples: [{ summary: 'As it is', status: 200 }],
};

export const defineRootCauses: OperationDescription = {
  ...{ id: 'defineRootCauses', tag: 'complaints', summary: 'Say what root causes there are' },
  description: 'All of them. What was in the list stays in it: what is found no more is `retired`.',
  headers: { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch },
  body: { 'application/json': { dto: RootCausesDto } },
  answers: { 200: { description: 'It is so now.', headers: { ETag: 'Version of the list.' } } },
  problems: [
    ...bodyProblems,
    ...storeProblems.filter((code) => code !== 'customer_erased' && code !== 'complaint_refused'),
    'root_causes_refused',
    'version_mismatch',
  ],
  examples: [
    {
      summary: 'Two, one within the other',
      body: {
        causes: [
          { code: 'billing', name: 'Billing' },
          { code: 'double-booking', name: 'Booked twice', within: 'billing' },
        ],
      },
      status: 200,
    },
    { summary: 'One less', body: { causes: [{ code: 'billing', name: 'Billing' }] }, status: 409 },
  ],
};
