import { Personal, Public } from '../events/fields/field-class.js';
import { Optional } from '../events/fields/structure.js';
import { FreeText, Instant, OneOf, Pattern } from '../events/fields/text.js';
import { ACTOR, type KeptVerdict, keptVerdicts, UUID } from './conversation-words.js';

const SEALED = '^[A-Za-z0-9_-]+$';

/** Something that we told the customer we would do by a time. */
export class PromisedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  promiseId!: string;

  /** Who of us keeps it. */
  @Public()
  @Pattern(ACTOR, 140)
  owner!: string;

  @Public()
  @Instant()
  dueAt!: string;

  @Personal()
  @FreeText(2_000)
  what!: string;

  /** What the customer has to do first. */
  @Personal()
  @Optional()
  @FreeText(2_000)
  condition?: string;

  /** Personal members, encrypted: base64url. */
  @Public()
  @Optional()
  @Pattern(SEALED, 200_000)
  sealed?: string;
}

/** It was done: in time, or after it had been broken, which it stays. */
export class PromiseKeptDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  promiseId!: string;

  @Public()
  @OneOf(keptVerdicts)
  verdict!: KeptVerdict;
}

/** Another time was agreed before it was due. */
export class PromiseRescheduledDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  promiseId!: string;

  @Public()
  @Instant()
  dueAt!: string;
}

/** The customer does not want it any more, or it cannot be done. What was broken before stays broken. */
export class PromiseWaivedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Pattern(UUID, 36)
  promiseId!: string;
}

/** It was due, at the time of this event, and was not kept. */
export class PromiseBrokenDto {
  @Public()
  @Pattern(UUID, 36)
  promiseId!: string;
}
