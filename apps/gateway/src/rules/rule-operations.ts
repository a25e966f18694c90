import { ApplyMacroDto, MacrosDto, RequirementsDto, ReturnRulesDto, RulesDto, StatusesDto } from '#contracts';
import { noConversation, oneConversation } from '../conversations/conversation-examples.js';
import { bodyProblems, conversationId, storeProblems } from '../conversations/conversation-operations.js';
import { type OperationDescription } from '../documents/operation.js';
import { idempotencyKey, ifMatch, ifNoneMatch, minPosition } from '../documents/parameters.js';

const headers = { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch };
const saved = { 200: { description: 'They are saved.', headers: { ETag: 'Version of the list.' } } };
const shown = {
  200: { description: 'All of them.', headers: { ETag: 'Version of the list.' } },
  304: { description: 'The sender has this version.', content: {} },
};
const settingsProblems = [
  ...bodyProblems,
  ...['command_running', 'idempotency_key_reused', 'version_mismatch', 'not_caught_up', 'rule_settings_refused'],
  ...['store_busy', 'store_refused', 'too_large_for_store', 'outcome_unknown'],
] as const;

export const getMacros: OperationDescription = {
  ...{ id: 'getMacros', tag: 'rules', summary: 'Look at the macros' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown,
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const saveMacros: OperationDescription = {
  ...{ id: 'saveMacros', tag: 'rules', summary: 'Set the macros' },
  description:
    'The whole list, at most 200 of 10 actions; each action has exactly one member, and a macro replies once at most.',
  headers,
  body: { 'application/json': { dto: MacrosDto } },
  answers: saved,
  problems: settingsProblems,
  examples: [
    {
      summary: 'For what arrives broken',
      body: {
        macros: [
          {
            ...{ id: 'broken-parcel', name: 'بستهٔ شکسته', team: 'returns' },
            actions: [{ prioritise: { priority: 'high' } }, { tag: { add: ['damaged'] } }, { assign: { to: 'me' } }],
          },
        ],
      },
      status: 200,
    },
    {
      summary: 'Two actions in one',
      body: { macros: [{ id: 'both', name: 'Both', actions: [{ assign: { to: 'me' }, tag: { add: ['late'] } }] }] },
      status: 409,
    },
  ],
};

export const applyMacro: OperationDescription = {
  ...{ id: 'applyMacro', tag: 'rules', summary: 'Have a macro done to a conversation' },
  description:
    'All of it in one step, or nothing: whoever may not do one of its actions, or meets one that cannot be done, is told which. With a reply in it, ' +
    '`sinceVersion` says what its author has read.',
  path: conversationId,
  headers,
  body: { 'application/json': { dto: ApplyMacroDto } },
  answers: { 200: { description: 'It is done.', headers: { ETag: 'Version of the conversation.' } } },
  problems: [
    ...bodyProblems,
    ...storeProblems,
    ...[
      'conversation_not_found',
      'macro_not_found',
      'macro_refused',
      'version_mismatch',
      'resolution_incomplete',
      'not_caught_up',
    ],
  ] as const,
  examples: [
    { summary: 'One', path: { id: oneConversation }, body: { macro: 'broken-parcel' }, status: 200 },
    { summary: 'One that is not there', path: { id: oneConversation }, body: { macro: 'nothing' }, status: 404 },
  ],
};

export const getRequirements: OperationDescription = {
  ...{ id: 'getRequirements', tag: 'rules', summary: 'Look at what conversations must have before they are resolved' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown,
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const saveRequirements: OperationDescription = {
  ...{ id: 'saveRequirements', tag: 'rules', summary: 'Set what conversations must have before they are resolved' },
  description: 'The whole list, at most 50. All that match hold, for whoever resolves: people, macros and rules.',
  headers,
  body: { 'application/json': { dto: RequirementsDto } },
  answers: saved,
  problems: settingsProblems,
  examples: [
    {
      summary: 'Why something was returned, and of complaints why they came about',
      body: {
        requirements: [
          { id: 'why-returned', when: { team: ['returns'] }, needs: ['tag'], oneOfTags: ['damaged', 'late'] },
          { id: 'complaints', when: { team: ['complaints'] }, needs: ['root_cause'] },
        ],
      },
      status: 200,
    },
    {
      summary: 'Tags that nobody asks for',
      body: { requirements: [{ id: 'why', needs: ['team'], oneOfTags: ['late'] }] },
      status: 409,
    },
  ],
};

export const getReturnRules: OperationDescription = {
  ...{ id: 'getReturnRules', tag: 'rules', summary: 'Look at what messages of returning customers do' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown,
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const saveReturnRules: OperationDescription = {
  ...{ id: 'saveReturnRules', tag: 'rules', summary: 'Set what messages of returning customers do' },
  description:
    'The whole list, at most 50. The first rule that matches the resolved conversation says whether a message reopens it: `always`, `never`, or `within` so many ' +
    'seconds of the resolution; otherwise the message opens another conversation, which follows it. Where none matches, it is seven days. `spam` says whether ' +
    'a message stays with what is spam, or opens another conversation. They hold for touchpoints that are recorded after they are saved.',
  headers,
  body: { 'application/json': { dto: ReturnRulesDto } },
  answers: saved,
  problems: settingsProblems,
  examples: [
    {
      summary: 'Returns for thirty days, chats never',
      body: {
        spam: 'stays',
        rules: [
          { id: 'returns', name: 'مرجوعی', when: { team: ['returns'] }, reopen: 'within', withinSeconds: 2_592_000 },
          { id: 'chats', when: { channel: ['chat'] }, reopen: 'never' },
        ],
      },
      status: 200,
    },
    {
      summary: 'Within no time that is named',
      body: { spam: 'stays', rules: [{ id: 'soon', reopen: 'within' }] },
      status: 409,
    },
  ],
};

export const getStatuses: OperationDescription = {
  ...{ id: 'getStatuses', tag: 'rules', summary: 'Look at the statuses' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown,
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const saveStatuses: OperationDescription = {
  ...{ id: 'saveStatuses', tag: 'rules', summary: 'Set the statuses' },
  description:
    'The whole list, at most 100: each word with the category that it counts as, and how people read it. From the first list on, a conversation is given ' +
    'no other word; the name of a category always stands for that category. A list without a word that a macro or rule gives conversations, or with another ' +
    'category for it, is refused: `reason` is `named-by-actions`, and `named` says which.',
  headers,
  body: { 'application/json': { dto: StatusesDto } },
  answers: saved,
  problems: settingsProblems,
  examples: [
    {
      summary: 'What waits for others',
      body: {
        statuses: [
          {
            ...{ id: 'with-the-carrier', category: 'waiting_third_party' },
            label: { en: 'With the carrier', fa: 'نزد شرکت پست' },
          },
          { id: 'billed', category: 'resolved', label: { en: 'Billed', fa: 'صورت‌حساب‌شده' } },
        ],
      },
      status: 200,
    },
    {
      summary: 'A word of one category for another',
      body: { statuses: [{ id: 'resolved', category: 'open', label: { en: 'Resolved', fa: 'حل‌شده' } }] },
      status: 409,
    },
  ],
};

export const getRules: OperationDescription = {
  ...{ id: 'getRules', tag: 'rules', summary: 'Look at the rules' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown,
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const saveRules: OperationDescription = {
  ...{ id: 'saveRules', tag: 'rules', summary: 'Set the rules' },
  description:
    'The whole list, at most 100: each answers events (`on`) or a wait that lasts too long (`after`), where all of `when` holds. What a rule does ' +
    'wakes no other rule.',
  headers,
  body: { 'application/json': { dto: RulesDto } },
  answers: saved,
  problems: settingsProblems,
  examples: [
    {
      summary: 'Who is angry comes first, and nobody waits for more than an hour unheard',
      body: {
        match: 'all',
        rules: [
          {
            ...{ id: 'angry', name: 'خشمگین', on: ['opened', 'message_received'] },
            when: { text: ['شکایت', 'lawyer'], withoutTags: ['angry'] },
            actions: [{ tag: { add: ['angry'] } }, { prioritise: { priority: 'urgent' } }],
          },
          {
            ...{ id: 'unheard', after: { waiting: 'unassigned', minutes: 60, calendarId: 'always' } },
            actions: [{ transfer: { team: 'front' } }, { note: { text: 'Nobody had it for an hour.' } }],
          },
        ],
      },
      status: 200,
    },
    {
      summary: 'To a team that nobody has set up',
      body: { match: 'first', rules: [{ id: 'lost', on: ['opened'], actions: [{ transfer: { team: 'nobody' } }] }] },
      status: 409,
    },
    {
      summary: 'Neither on something nor after a wait',
      body: { match: 'first', rules: [{ id: 'never', actions: [{ tag: { add: ['late'] } }] }] },
      status: 409,
    },
  ],
};

export const getConversationRules: OperationDescription = {
  ...{ id: 'getConversationRules', tag: 'rules', summary: 'See what macros and rules did to a conversation, and why' },
  description: 'Newest first, at most 50.',
  path: conversationId,
  query: { minPosition },
  answers: { 200: { description: 'What they did.' } },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'Of one', path: { id: oneConversation }, status: 200 },
    { summary: 'Of one that is not there', path: { id: noConversation }, status: 404 },
  ],
};
