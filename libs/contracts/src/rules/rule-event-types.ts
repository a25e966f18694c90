import { type DtoClass } from '../events/fields/dto-class.js';
import { RequirementsSavedDto } from './requirement.dto.js';
import { MacroAppliedDto, MacrosSavedDto } from './macro.dto.js';

const by = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';

const actions: MacrosSavedDto['macros'][number]['actions'] = [
  { assign: { to: 'me' } },
  { transfer: { team: 'returns', keepAgent: true } },
  { prioritise: { priority: 'high' } },
  { tag: { add: ['damaged'], remove: ['late'] } },
  { note: { text: 'Sent on to the carrier.' } },
  { reply: { cannedReply: 'late', then: 'waiting_third_party' } },
  { status: { category: 'waiting_third_party', status: 'with-the-carrier' } },
  { snooze: { minutes: 1_440, wake: 'on_reply' } },
];

/** Each type with its DTO and an example that has all of its members. */
export const ruleEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] = [
  [
    'macros.saved',
    MacrosSavedDto,
    { by, macros: [{ id: 'broken-parcel', name: 'بستهٔ شکسته', team: 'returns', actions }] },
  ],
  [
    'requirements.saved',
    RequirementsSavedDto,
    {
      by,
      requirements: [
        {
          ...{ id: 'returns', needs: ['agent', 'team', 'tag', 'root_cause'], oneOfTags: ['damaged', 'late'] },
          when: { channel: ['email'], priority: ['high'], team: ['returns'], tags: ['returned'] },
        },
      ],
    },
  ],
  [
    'macro.applied',
    MacroAppliedDto,
    {
      ...{ version: 9, by, macro: 'broken-parcel', macrosVersion: 2 },
      actions: [
        { action: 'assign', changed: true },
        { action: 'tag', changed: false },
      ],
    },
  ],
];
