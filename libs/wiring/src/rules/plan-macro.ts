import { changesSince, type KnownConversation } from '#capabilities';
import { type ApplyMacroDto, may, type MacroAppliedDto, rulesStream } from '#contracts';
import { type EpochMs, fail, type NewEvent, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type StreamAppend } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';
import { type LoadedConversation, type Part } from '../conversations/conversation-log.js';
import { type DirectoryPorts } from '../customer-directory.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { type ActionPorts, cannedRepliesLate, planActions } from './plan-actions.js';
import { type RuleBooks } from './rule-books.js';

export interface MacroPorts extends ActionPorts {
  readonly directory: DirectoryPorts;
  readonly ruleBooks: Pick<RuleBooks, 'macros' | 'statuses'>;
}

export interface MacroPlanned {
  readonly part: Part;
  /** That it was done, and what it did. */
  readonly beside: readonly StreamAppend[];
}

/** What a macro does to a conversation for whoever has it done: nothing that they could not do themselves. */
export async function planMacro(
  ports: MacroPorts,
  own: LoadedConversation & { readonly state: KnownConversation },
  { macro: id, sinceVersion }: ApplyMacroDto,
  { request, commandId, at }: { readonly request: CommandRequest; readonly commandId: string; readonly at: EpochMs },
): Promise<Result<MacroPlanned, ConversationFailure>> {
  const saved = await ports.ruleBooks.macros.last();
  const macro = saved?.data.macros.find((each) => each.id === id);
  if (saved === undefined || macro === undefined) return fail({ code: 'macro_not_found' });
  const says = macro.actions.some(({ reply }) => reply !== undefined);
  const refused = (reason: MacroRefused['reason'], action: number | null) =>
    refusal(own, { reason, action }, sinceVersion);
  if (says && sinceVersion === undefined) return refused('needs-version', null);
  const late = await cannedRepliesLate(ports.directory, macro.actions);
  if (late) return fail(late);
  const { principal, correlationId, trace } = request;
  const by = actorText(actorOf(principal));
  const mayAssign = may(principal, { action: 'assign', subject: 'Conversation' });
  const acting = { at, by, commandId, since: Number(sinceVersion ?? own.state.version), mayAssign };
  const planned = await planActions(ports, own, { actions: macro.actions }, acting);
  if (!planned.ok) return refusal(own, planned.reason, sinceVersion);
  const { facts, done } = planned.value;
  const data: MacroAppliedDto = {
    ...{ version: own.events.length + facts.length, by, macro: id, macrosVersion: saved.version, actions: [...done] },
  };
  const meta = { source: '/safar', correlationId, causationId: commandId, ...trace };
  return succeed({
    part: { conversation: own, facts },
    beside: [besideOf(ports.vault, own, { commandId, at, data, meta })],
  });
}

type MacroRefused = Extract<ConversationFailure, { code: 'macro_refused' }>;

/** Whoever names no version is told of the last change, as with a single command. */
const refusal = (
  { state: { version }, events }: LoadedConversation & { readonly state: KnownConversation },
  stopped: Pick<MacroRefused, 'reason' | 'action' | 'unknown'>,
  since: string | undefined,
): Result<never, MacroRefused> => {
  const changes = changesSince(events, Number(since ?? version - 1));
  return fail({ code: 'macro_refused', ...stopped, version: String(version), changes });
};

const besideOf = (
  vault: Pseudonyms,
  { id, state }: LoadedConversation & { readonly state: KnownConversation },
  { commandId, at, data, meta }: { readonly commandId: string } & Pick<NewEvent, 'data' | 'meta'> & { at: EpochMs },
): StreamAppend => ({
  ...{ stream: rulesStream(id), expect: 'any' },
  events: [
    {
      ...{ id: vault.uuid('macro-applied', commandId), type: 'macro.applied', schemaVersion: 1 },
      ...{ key: state.customerId, occurredAt: at, data, meta },
    },
  ],
});
