import { ACTOR, UUID } from '../conversations/conversation-words.js';
import { Personal, Public } from '../events/fields/field-class.js';
import { Flag, Whole } from '../events/fields/number.js';
import { List, Optional } from '../events/fields/structure.js';
import { Code, FreeText, Line, OneOf, Pattern } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { RootCauseDto } from './complaint-bodies.dto.js';
import {
  closings,
  complaintOutcomes,
  type ComplaintOutcome,
  complexities,
  impacts,
  MAX_ROOT_CAUSES,
  REFERENCE,
  remedies,
  type Remedy,
  severities,
} from './complaint-words.js';

const SEALED = '^[A-Za-z0-9_-]+$';

/** A customer is dissatisfied and expects an answer. It belongs to one incarnation of the customer, like its conversation. */
export class ComplaintReceivedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  customerId!: string;

  /** Of the customer's key. */
  @Public()
  @Whole(1, 1_000_000)
  incarnation!: number;

  @Public()
  @Pattern(UUID, 36)
  conversationId!: string;

  @Public()
  @OneOf([...channels, null])
  channel!: Channel | null;

  /** What the customer is told to name it by. */
  @Public()
  @Pattern(REFERENCE, 16)
  reference!: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  remedySought?: Remedy;

  /** How it was answered before it was told here, in the sender's own words. */
  @Public()
  @Optional()
  @Line()
  answeredElsewhere?: string;

  @Personal()
  @FreeText()
  description!: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** The customer was told that it is here. */
export class ComplaintAcknowledgedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;
}

export class ComplaintAssessedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(severities)
  severity!: (typeof severities)[number];

  @Public()
  @Flag()
  safety!: boolean;

  @Public()
  @OneOf(complexities)
  complexity!: (typeof complexities)[number];

  @Public()
  @OneOf(impacts)
  impact!: (typeof impacts)[number];
}

export class ComplaintInvestigatedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Optional()
  @Code()
  rootCause?: string;

  /** Of the list of root causes that it was found in. */
  @Public()
  @Optional()
  @Whole(1, 1_000_000_000)
  rootCausesVersion?: number;

  @Personal()
  @FreeText()
  findings!: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** The customer was answered, and perhaps offered something. */
export class ComplaintRespondedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  offered?: Remedy;

  @Personal()
  @FreeText()
  text!: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

export class ComplaintDecidedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(complaintOutcomes)
  outcome!: ComplaintOutcome;

  @Public()
  @Optional()
  @OneOf(remedies)
  remedy?: Remedy;

  @Personal()
  @FreeText()
  reasons!: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

export class ComplaintClosedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @OneOf(closings)
  how!: (typeof closings)[number];
}

/** It was received after its customer had been erased: nobody can read it, and no list keeps it. */
export class ComplaintForgottenDto {
  @Public()
  @Pattern(UUID, 36)
  customerId!: string;
}

/** The list of root causes is so from now on, all of it. */
export class RootCausesDefinedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(RootCauseDto, MAX_ROOT_CAUSES)
  causes!: RootCauseDto[];
}
