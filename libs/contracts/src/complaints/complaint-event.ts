import type { EpochMs, RecordedEvent } from '#kernel';
import {
  type ComplaintAcknowledgedDto,
  type ComplaintAssessedDto,
  type ComplaintClosedDto,
  type ComplaintDecidedDto,
  type ComplaintForgottenDto,
  type ComplaintInvestigatedDto,
  type ComplaintReceivedDto,
  type ComplaintRespondedDto,
  type RootCausesDefinedDto,
} from './complaint-events.dto.js';

/** What each type of event says. Members that are personal are absent where it is read sealed, and of an erased customer for ever. */
export interface ComplaintData {
  readonly 'complaint.received': ComplaintReceivedDto;
  readonly 'complaint.acknowledged': ComplaintAcknowledgedDto;
  readonly 'complaint.assessed': ComplaintAssessedDto;
  readonly 'complaint.investigated': ComplaintInvestigatedDto;
  readonly 'complaint.responded': ComplaintRespondedDto;
  readonly 'complaint.decided': ComplaintDecidedDto;
  readonly 'complaint.closed': ComplaintClosedDto;
  readonly 'complaint.forgotten': ComplaintForgottenDto;
}
export type ComplaintEventType = keyof ComplaintData;

/** Something that was decided about a complaint. `at` becomes the event's `occurredAt`. */
export type ComplaintFact = {
  [T in ComplaintEventType]: { readonly type: T; readonly at: EpochMs; readonly data: Readonly<ComplaintData[T]> };
}[ComplaintEventType];

/** As the store has it. Its key is the customer; its stream `complaint-<id>`. */
export type ComplaintEvent = {
  [T in ComplaintEventType]: RecordedEvent<T, Readonly<ComplaintData[T]>>;
}[ComplaintEventType];

const STREAM = 'complaint-';
export const complaintStream = (complaintId: string): string => `${STREAM}${complaintId}`;
export const complaintIdOf = (stream: string): string => stream.slice(STREAM.length);

export const isComplaintEvent = (event: RecordedEvent): event is ComplaintEvent => event.type.startsWith('complaint.');

/** The list of root causes has one stream, which is the key of its events: its version is the list's. */
export const ROOT_CAUSES_STREAM = 'root_causes-all';
export type RootCausesDefined = RecordedEvent<'root_causes.defined', Readonly<RootCausesDefinedDto>>;
