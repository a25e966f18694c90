import type { RecordedEvent } from '#kernel';
import { type RequirementsSavedDto } from './requirement.dto.js';

/** Of all requirements: they are saved as one list. */
export const requirementsStream = 'requirements';
export type RequirementsSaved = RecordedEvent<'requirements.saved', Readonly<RequirementsSavedDto>>;
export const isRequirementsSaved = (event: RecordedEvent): event is RequirementsSaved =>
  event.type === 'requirements.saved';
