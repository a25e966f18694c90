import { type DtoClass } from '../events/fields/dto-class.js';
import { RuleAppliedDto, RuleNotAppliedDto, RuleScheduledDto } from './rule-decision.dto.js';
import { RulesSavedDto } from './rule.dto.js';
import { ReturnRulesSavedDto } from '../conversations/return-rules.dto.js';
import { StatusesSavedDto } from '../conversations/status-list.dto.js';
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

const cause: RuleAppliedDto['cause'] = {
  ...{ rule: 'angry', rulesVersion: 3, trigger: 'message_received', triggerPosition: '1200' },
  ...{ since: '2026-03-21T09:00:00.000Z', dueAt: '2026-03-21T10:00:00.000Z' },
  because: [{ condition: 'channel', value: 'email' }, { condition: 'text' }],
};

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
    'return_rules.saved',
    ReturnRulesSavedDto,
    {
      ...{ by, spam: 'opens' },
      rules: [
        {
          ...{ id: 'returns-are-long', name: 'مرجوعی', reopen: 'within', withinSeconds: 2_592_000 },
          when: { channel: ['email'], team: ['returns'], priority: ['high'], tags: ['damaged'] },
        },
        { id: 'others', reopen: 'never' },
      ],
    },
  ],
  [
    'statuses.saved',
    StatusesSavedDto,
    {
      by,
      statuses: [
        {
          ...{ id: 'with-the-carrier', category: 'waiting_third_party' },
          label: { en: 'With the carrier', fa: 'نزد شرکت پست' },
        },
      ],
    },
  ],
  [
    'rules.saved',
    RulesSavedDto,
    {
      ...{ by, match: 'all' },
      rules: [
        {
          ...{ id: 'angry', name: 'شکایت', on: ['opened', 'message_received'], actions },
          when: {
            ...{ channel: ['email'], priority: ['normal'], team: ['returns'], tags: ['late'], withoutTags: ['calmed'] },
            ...{ category: ['open'], agent: 'nobody', direction: 'rtl', text: ['شکایت', 'complaint'] },
            identifiers: [{ kind: 'email', startsWith: 'buyer', endsWith: '@example.com' }],
          },
        },
        { id: 'waits', after: { waiting: 'us', minutes: 60, calendarId: 'office' }, actions },
      ],
    },
  ],
  ['rule.applied', RuleAppliedDto, { cause, version: 9, actions: [{ action: 'tag', changed: true }] }],
  ['rule.not_applied', RuleNotAppliedDto, { cause, reason: 'already-taken', action: 1 }],
  [
    'rule.scheduled',
    RuleScheduledDto,
    {
      ...{ rule: 'waits', rulesVersion: 3, waiting: 'us' },
      ...{ since: '2026-03-21T09:00:00.000Z', dueAt: '2026-03-21T10:00:00.000Z' },
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
