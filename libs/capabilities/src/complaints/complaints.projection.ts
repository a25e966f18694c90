import {
  type Channel,
  type ComplaintEvent,
  complaintIdOf,
  type ComplaintListItemView,
  type ComplaintOutcome,
  type ComplaintStage,
  complaintStages,
  type PersonaErased,
  type Remedy,
} from '#contracts';
import { allGone, type Evolve, gone, type Projection } from '#kernel';
import { stageOf } from './complaint.decider.js';

export type ComplaintRow = {
  readonly complaint_id: string;
  readonly customer_id: string;
  readonly conversation_id: string;
  readonly channel: Channel | null;
  readonly reference: string;
  readonly stage: ComplaintStage;
  readonly remedy_sought: Remedy | null;
  readonly severity: string | null;
  readonly safety: boolean | null;
  readonly complexity: string | null;
  readonly impact: string | null;
  readonly root_cause: string | null;
  readonly outcome: ComplaintOutcome | null;
  readonly received_at: number;
  readonly acknowledged_at: number | null;
  readonly decided_at: number | null;
  readonly closed_at: number | null;
  /** Of the stream. */
  readonly version: number;
  readonly last_position: bigint;
};

type Received = Extract<ComplaintEvent, { readonly type: 'complaint.received' }>;
type Step = Exclude<ComplaintEvent, Received | { readonly type: 'complaint.forgotten' }>;

const received = ({ stream, key, version, position, occurredAt, data }: Received): ComplaintRow => ({
  complaint_id: complaintIdOf(stream),
  customer_id: key,
  conversation_id: data.conversationId,
  channel: data.channel,
  reference: data.reference,
  stage: 'received',
  remedy_sought: data.remedySought ?? null,
  ...{ severity: null, safety: null, complexity: null, impact: null, root_cause: null, outcome: null },
  received_at: occurredAt,
  ...{ acknowledged_at: null, decided_at: null, closed_at: null },
  version,
  last_position: position,
});

/** The columns that a step changes. */
function changes({ type, data, occurredAt }: Step): Partial<ComplaintRow> {
  switch (type) {
    case 'complaint.acknowledged':
      return { acknowledged_at: occurredAt };
    case 'complaint.assessed': {
      const { severity, safety, complexity, impact } = data;
      return { severity, safety, complexity, impact };
    }
    case 'complaint.investigated':
      // A second look that names no cause does not say that the first was wrong.
      return data.rootCause === undefined ? {} : { root_cause: data.rootCause };
    case 'complaint.responded':
      return {};
    case 'complaint.decided':
      return { decided_at: occurredAt, outcome: data.outcome };
    case 'complaint.closed':
      return { closed_at: occurredAt };
  }
}

function afterStep(row: ComplaintRow, event: Step): ComplaintRow {
  const stage = stageOf(event.type);
  const further = complaintStages.indexOf(stage) > complaintStages.indexOf(row.stage);
  return {
    ...row,
    ...changes(event),
    ...(further && { stage }),
    version: event.version,
    last_position: event.position,
  };
}

/** Of an erased customer's complaint the row is gone, and what comes later finds none. */
const stepped: Evolve<ComplaintRow, Step> = (row, event) => row && afterStep(row, event);

/** Complaints: a row for each, the customer's. Texts are in the log alone. */
export const complaints: Projection<ComplaintRow, ComplaintEvent | PersonaErased> = {
  name: 'complaints',
  version: 2,
  reads: 'sealed',
  table: {
    columns: {
      complaint_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      conversation_id: { type: 'uuid' },
      channel: { type: 'text', nullable: true },
      reference: { type: 'text' },
      stage: { type: 'text' },
      remedy_sought: { type: 'text', nullable: true },
      severity: { type: 'text', nullable: true },
      safety: { type: 'boolean', nullable: true },
      complexity: { type: 'text', nullable: true },
      impact: { type: 'text', nullable: true },
      root_cause: { type: 'text', nullable: true },
      outcome: { type: 'text', nullable: true },
      received_at: { type: 'timestamp' },
      acknowledged_at: { type: 'timestamp', nullable: true },
      decided_at: { type: 'timestamp', nullable: true },
      closed_at: { type: 'timestamp', nullable: true },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['complaint_id'],
    owner: 'customer_id',
    // The order of the list, of all and of each stage; what is looked up; and what the figures count.
    indexes: [
      { on: 'received_at, complaint_id' },
      { on: 'stage, received_at, complaint_id' },
      { on: 'conversation_id, received_at, complaint_id' },
      { on: 'reference' },
      { on: 'root_cause, received_at', where: 'root_cause IS NOT NULL' },
    ],
  },
  keys: (event) => [[event.type === 'persona.erased' ? event.key : complaintIdOf(event.stream)]],
  when: {
    'complaint.received': (_before, event) => received(event),
    'complaint.acknowledged': stepped,
    'complaint.assessed': stepped,
    'complaint.investigated': stepped,
    'complaint.responded': stepped,
    'complaint.decided': stepped,
    'complaint.closed': stepped,
    'complaint.forgotten': () => gone,
    'persona.erased': () => allGone,
  },
};

const rfc3339 = (time: number): string => new Date(time).toISOString();
const orNull = (time: number | null): string | null => (time === null ? null : rfc3339(time));

export const complaintItem = (row: ComplaintRow): ComplaintListItemView => ({
  id: row.complaint_id,
  reference: row.reference,
  customerId: row.customer_id,
  conversationId: row.conversation_id,
  channel: row.channel,
  stage: row.stage,
  remedySought: row.remedy_sought,
  severity: row.severity,
  safety: row.safety,
  complexity: row.complexity,
  impact: row.impact,
  rootCause: row.root_cause,
  outcome: row.outcome,
  receivedAt: rfc3339(row.received_at),
  acknowledgedAt: orNull(row.acknowledged_at),
  decidedAt: orNull(row.decided_at),
  closedAt: orNull(row.closed_at),
  version: String(row.version),
});

/** A complaint as its own events tell it, opened: what is shown is one version, with the texts that are in no read model. */
export function complaintOfEvents(events: readonly ComplaintEvent[]): ComplaintRow | undefined {
  let row: ComplaintRow | undefined;
  for (const event of events) {
    if (event.type === 'complaint.received') row = received(event);
    else if (event.type === 'complaint.forgotten') return undefined;
    else row &&= afterStep(row, event);
  }
  return row;
}
