import {
  type Channel,
  foldText,
  type Priority,
  type RuleMatchDto,
  type RuleReasonDto,
  type StatusCategory,
  tagAmong,
  type TextDirection,
} from '#contracts';

/** A conversation as a rule sees it. */
export interface RuledConversation {
  readonly channel: Channel | null;
  readonly priority: Priority;
  readonly team: string | null;
  readonly tags: readonly string[];
  readonly category: StatusCategory;
  readonly agent: string | null;
}

/** What cannot be seen in the conversation itself. */
export interface RuleContext {
  /** What was said in the event that is answered. */
  readonly text?: string | undefined;
  readonly direction?: TextDirection | undefined;
  /** Of the customer, as far as they are known. */
  readonly identifiers: readonly { readonly kind: string; readonly value: string }[];
}

/** Why a rule holds: each condition that it names, in their order; `undefined` where one of them does not. */
export function matchRule(
  when: RuleMatchDto,
  conversation: RuledConversation,
  context: RuleContext,
): RuleReasonDto[] | undefined {
  const because: RuleReasonDto[] = [];
  for (const reason of reasonsOf(when, conversation, context)) {
    if (reason === false) return undefined;
    because.push(reason);
  }
  return because;
}

/** For each condition that is named how it holds; `false` where it does not. */
function* reasonsOf(
  when: RuleMatchDto,
  { channel, priority, team, tags, category, agent }: RuledConversation,
  { text, direction, identifiers }: RuleContext,
): Generator<RuleReasonDto | false> {
  const has = (condition: RuleReasonDto['condition'], wanted: readonly string[], value: string | null) =>
    value !== null && wanted.includes(value) ? { condition, value } : (false as const);
  if (when.channel) yield has('channel', when.channel, channel);
  if (when.priority) yield has('priority', when.priority, priority);
  if (when.team) yield has('team', when.team, team);
  const tagged = when.tags && tagAmong(tags, when.tags);
  if (when.tags) yield tagged === undefined ? false : { condition: 'tags', value: tagged };
  if (when.withoutTags) yield tagAmong(tags, when.withoutTags) === undefined ? { condition: 'withoutTags' } : false;
  if (when.category) yield has('category', when.category, category);
  if (when.agent) yield has('agent', [when.agent], agent === null ? 'nobody' : 'somebody');
  if (when.direction) yield has('direction', [when.direction], direction ?? null);
  // What somebody said, and who they are, is not repeated in a reason: it would outlast their erasure.
  if (when.text) yield saysOneOf(when.text, text ?? '') ? { condition: 'text' } : false;
  if (when.identifiers) {
    const known = identifiers.map(({ kind, value }) => ({ kind, value: foldText(value) }));
    yield when.identifiers.some(({ kind, startsWith = '', endsWith = '' }) =>
      known.some(
        (each) =>
          each.kind === kind && each.value.startsWith(foldText(startsWith)) && each.value.endsWith(foldText(endsWith)),
      ),
    )
      ? { condition: 'identifiers' }
      : false;
  }
}

function saysOneOf(terms: readonly string[], text: string): boolean {
  const folded = foldText(text);
  return terms.map(foldText).some((term) => term !== '' && folded.includes(term));
}
