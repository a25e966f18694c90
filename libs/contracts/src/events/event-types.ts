import { PersonalDataExportedDto } from './audit.js';
import { type DtoClass } from './fields/dto-class.js';
import { kinds } from '../touchpoints/kinds/kinds.js';
import { touchpointKinds } from '../touchpoints/touchpoint-event.js';
import { TouchpointDataDto } from '../touchpoints/touchpoint-event.dto.js';
import { type PartDto } from './personal-plan.js';
import { type Lineage } from './upcasters.js';
import { PersonaErasedDto } from './persona-erased.dto.js';

/** A type of event as this code writes it, and how older versions of it are read. `type` is that of CloudEvents. */
export interface EventType extends Lineage {
  readonly data: DtoClass;
  /** DTOs of members that are any object to `data` itself. */
  readonly parts: Readonly<Record<string, PartDto>>;
}

const touchpointTypes = touchpointKinds.map((kind): EventType => {
  const { version, details } = kinds[kind];
  return { type: `touchpoint.${kind}`, version, data: TouchpointDataDto, parts: { details }, upcasters: {} };
});

/** Every type of event. One that is not here can neither be written nor read. */
export const eventTypes: readonly EventType[] = [
  ...touchpointTypes,
  { type: 'persona.erased', version: 1, data: PersonaErasedDto, parts: {}, upcasters: {} },
  { type: 'audit.personal_data_exported', version: 1, data: PersonalDataExportedDto, parts: {}, upcasters: {} },
];
