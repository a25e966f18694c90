import { UUID } from '../conversations/conversation-words.js';
import { Personal, Public } from '../events/fields/field-class.js';
import { Flag } from '../events/fields/number.js';
import { List, Optional } from '../events/fields/structure.js';
import { Code, WrittenText, Line, OneOf, Pattern } from '../events/fields/text.js';
import {
  closings,
  complaintOutcomes,
  type ComplaintOutcome,
  complexities,
  impacts,
  MAX_ROOT_CAUSES,
  remedies,
  type Remedy,
  severities,
} from './complaint-words.js';

/** Of what people write: the event has room for it in any script. */
const MAX_TEXT = 10_000;

export class OpenComplaintDto {
  /** UUID of the caller's choosing; made where there is none. */
  @Public()
  @Optional()
  @Pattern(UUID, 36)
  id?: string;

  /** The conversation in which it is made. */
  @Public()
  @Pattern(UUID, 36)
  conversation!: string;

  /** What the customer is dissatisfied with. */
  @Personal()
  @WrittenText(MAX_TEXT)
  description!: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  remedySought?: Remedy;

  /** It is about something else than the complaint that a touchpoint made of this conversation, which is still open. */
  @Public()
  @Optional()
  @Flag()
  another?: boolean;
}

export class AssessComplaintDto {
  @Public()
  @OneOf(severities)
  severity!: (typeof severities)[number];

  /** Somebody may be or was harmed. */
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

export class InvestigateComplaintDto {
  @Personal()
  @WrittenText(MAX_TEXT)
  findings!: string;

  /** Of the list of root causes. */
  @Public()
  @Optional()
  @Code()
  rootCause?: string;
}

export class RespondToComplaintDto {
  @Personal()
  @WrittenText(MAX_TEXT)
  text!: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  offered?: Remedy;
}

export class DecideComplaintDto {
  @Public()
  @OneOf(complaintOutcomes)
  outcome!: ComplaintOutcome;

  @Personal()
  @WrittenText(MAX_TEXT)
  reasons!: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  remedy?: Remedy;
}

export class CloseComplaintDto {
  @Public()
  @OneOf(closings)
  how!: (typeof closings)[number];
}

/** Why complaints come about. */
export class RootCauseDto {
  @Public()
  @Code()
  code!: string;

  @Public()
  @Line(120)
  name!: string;

  /** The wider cause that it belongs to. */
  @Public()
  @Optional()
  @Code()
  within?: string;

  /** Found no more; what was found stays. */
  @Public()
  @Optional()
  @Flag()
  retired?: boolean;
}

/** All of them. */
export class RootCausesDto {
  @Public()
  @List(RootCauseDto, MAX_ROOT_CAUSES)
  causes!: RootCauseDto[];
}
