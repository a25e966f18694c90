import {
  type AssessComplaintDto,
  type CloseComplaintDto,
  type ComplaintData,
  type ComplaintFact,
  type ComplaintStage,
  complaintStages,
  type DecideComplaintDto,
  type InvestigateComplaintDto,
  type RespondToComplaintDto,
} from '#contracts';
import { accept, type Decider, type EpochMs, refuse } from '#kernel';

/** What is decided by: nothing personal. */
export type Complaint =
  | { readonly stage: 'unknown' }
  | {
      readonly stage: ComplaintStage;
      readonly version: number;
      readonly customerId: string;
      readonly incarnation: number;
      /** The last investigation found a root cause. */
      readonly explained: boolean;
    };

interface Asked {
  readonly at: EpochMs;
  readonly by: string;
}

export type ReceiveComplaint = Asked & {
  readonly type: 'Receive';
  readonly data: Omit<ComplaintData['complaint.received'], 'by' | 'sealed'>;
};

/** A step of an open complaint. */
export type ComplaintStep =
  | { readonly type: 'Acknowledge' }
  | { readonly type: 'Assess'; readonly body: AssessComplaintDto }
  | { readonly type: 'Investigate'; readonly body: InvestigateComplaintDto; readonly rootCausesVersion?: number }
  | { readonly type: 'Respond'; readonly body: RespondToComplaintDto }
  | { readonly type: 'Decide'; readonly body: DecideComplaintDto }
  | { readonly type: 'Close'; readonly body: CloseComplaintDto };

export type ComplaintCommand = ReceiveComplaint | (Asked & ComplaintStep);

export type ComplaintRefusal =
  | 'never-received'
  | 'already-received'
  /** A step that has to come before was not taken. */
  | 'too-early'
  /** It was decided, or closed: what came before stays as it is. */
  | 'too-late'
  | 'already-acknowledged'
  | 'already-decided'
  | 'already-closed'
  | 'too-long';

/** Assessments and investigations may be done again; whoever needs more than this has another matter. */
export const MAX_COMPLAINT_EVENTS = 200;

const place = (stage: ComplaintStage): number => complaintStages.indexOf(stage);

/** The stage that a step leads to, the one that it needs, and what is said where it was taken already and cannot be taken again. */
const ways = {
  Acknowledge: { to: 'acknowledged', needs: 'received', again: 'already-acknowledged' },
  Assess: { to: 'assessed', needs: 'acknowledged', again: undefined },
  Investigate: { to: 'investigated', needs: 'assessed', again: undefined },
  Respond: { to: 'responded', needs: 'investigated', again: undefined },
  Decide: { to: 'decided', needs: 'responded', again: 'already-decided' },
  Close: { to: 'closed', needs: 'decided', again: 'already-closed' },
} as const satisfies Readonly<
  Record<
    ComplaintStep['type'],
    { readonly to: ComplaintStage; readonly needs: ComplaintStage; readonly again: ComplaintRefusal | undefined }
  >
>;

/** A complaint on its way through the operations clause of ISO 10002:2018: no step before the one that it rests on. */
export const complaint: Decider<Complaint, ComplaintCommand, ComplaintFact, ComplaintRefusal> = {
  initial: { stage: 'unknown' },
  decide(state, command) {
    const { at, by } = command;
    if (command.type === 'Receive') {
      if (state.stage !== 'unknown') return refuse('already-received');
      return accept({ type: 'complaint.received', at, data: { by, ...command.data } });
    }
    if (state.stage === 'unknown') return refuse('never-received');
    const { to, needs, again } = ways[command.type];
    if (place(state.stage) < place(needs)) return refuse('too-early');
    const isAgain = place(state.stage) >= place(to);
    if (isAgain && again !== undefined) return refuse(again);
    // A conversation may have to wait for the root cause before it is resolved: a complaint that has none can always be given one.
    const explains = command.type === 'Investigate' && command.body.rootCause !== undefined && !state.explained;
    if (place(state.stage) >= place('decided') && place(to) < place('decided') && !explains) return refuse('too-late');
    // What leads on has room: a complaint must not be stuck because it is long.
    if (state.version >= MAX_COMPLAINT_EVENTS && isAgain && !explains) return refuse('too-long');
    return accept(factOf(command));
  },
  evolve(state, { type, data }) {
    if (type === 'complaint.received') {
      const { customerId, incarnation } = data;
      return { stage: 'received', version: 1, customerId, incarnation, explained: false };
    }
    if (state.stage === 'unknown') return state;
    const explained = state.explained || (type === 'complaint.investigated' && data.rootCause !== undefined);
    const after = { ...state, version: state.version + 1, explained };
    if (type === 'complaint.forgotten') return after;
    const stage = stageOf(type);
    // A second look at what was assessed takes nothing back of what came later.
    return place(stage) > place(state.stage) ? { ...after, stage } : after;
  },
};

type StepType = Exclude<ComplaintFact['type'], 'complaint.forgotten'>;

/** The stage that an event leads to. */
export function stageOf(type: StepType): ComplaintStage {
  const name = type.slice('complaint.'.length);
  const stage = complaintStages.find((each) => each === name);
  if (stage === undefined) throw new Error(`${type} leads to no stage`);
  return stage;
}

function factOf(command: Asked & ComplaintStep): ComplaintFact {
  const { at, by } = command;
  switch (command.type) {
    case 'Acknowledge':
      return { type: 'complaint.acknowledged', at, data: { by } };
    case 'Assess':
      return { type: 'complaint.assessed', at, data: { by, ...command.body } };
    case 'Investigate': {
      const { body, rootCausesVersion } = command;
      const found = body.rootCause !== undefined && rootCausesVersion !== undefined && { rootCausesVersion };
      return { type: 'complaint.investigated', at, data: { by, ...body, ...found } };
    }
    case 'Respond':
      return { type: 'complaint.responded', at, data: { by, ...command.body } };
    case 'Decide':
      return { type: 'complaint.decided', at, data: { by, ...command.body } };
    case 'Close':
      return { type: 'complaint.closed', at, data: { by, ...command.body } };
  }
}
