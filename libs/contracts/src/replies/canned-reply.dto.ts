import { ACTOR } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { Code, FreeText, Line, Pattern } from '../events/fields/text.js';

/** Of a text that is written once for many: what is longer belongs in a document that it links to. */
const MAX_CANNED_TEXT = 4_000;

/** A reply that is written once. It is the organisation's own, and nothing of a customer is in it: their names come from variables. */
export class CannedReplySettingsDto {
  @Public()
  @Line(120)
  name!: string;

  /** Where it lies: `shipping/late`. At the top, without. */
  @Public()
  @Optional()
  @Line(120)
  folder?: string;

  /** Whose it is; everybody's, without. */
  @Public()
  @Optional()
  @Code()
  team?: string;

  /** With variables, `{{customer.name}}`, or `{{customer.name|friend}}` for whoever has none. */
  @Public()
  @FreeText(MAX_CANNED_TEXT)
  text!: string;
}

/** It is so from now on; all of it, so that no event before it has to be known. */
export class CannedReplySavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Nested(CannedReplySettingsDto)
  reply!: CannedReplySettingsDto;
}

/** Nobody is offered it any more. */
export class CannedReplyRemovedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;
}
