import { type FieldError } from '#contracts';
import { type Result } from '#kernel';
import {
  type AgentFailure,
  type AttachmentFailure,
  type CannedReplyFailure,
  type ClockSettingsFailure,
  type ComplaintFailure,
  type ConversationFailure,
  type Named,
  type NamedAttachment,
  type OfferFailure,
  type PresenceFailure,
  type RuleSettingsFailure,
  type SavedViewsFailure,
} from '#wiring';
import { entityTag } from '../server/entity-tags.js';
import { ProblemError } from '../problems/problem-error.js';

type Failure =
  | ConversationFailure
  | PresenceFailure
  | AttachmentFailure
  | AgentFailure
  | OfferFailure
  | CannedReplyFailure
  | RuleSettingsFailure
  | ClockSettingsFailure
  | ComplaintFailure
  | SavedViewsFailure;

/** The value of a query or command, or the problem that its failure is. */
export function answered<Value>(result: Result<Value, Failure>): Value {
  if (result.ok) return result.value;
  throw problemOf(result.reason);
}

function problemOf(failure: Failure): ProblemError {
  switch (failure.code) {
    case 'customer_not_found':
    case 'complaint_not_found':
    case 'conversation_not_found':
    case 'team_not_found':
    case 'agent_not_found':
    case 'offer_not_found':
    case 'calendar_not_found':
    case 'canned_reply_not_found':
    case 'macro_not_found':
    case 'attachment_not_found':
    case 'unknown_position':
    case 'idempotency_key_reused':
      return new ProblemError(failure.code);
    case 'customer_erased':
      return new ProblemError(failure.code, { extensions: { erasedAt: new Date(failure.erasedAt).toISOString() } });
    case 'ambiguous_identifier':
      return new ProblemError(failure.code, { extensions: { candidates: failure.candidates } });
    case 'version_mismatch':
      return new ProblemError(failure.code, {
        extensions: { version: failure.version, ...(failure.changes && { changes: failure.changes }) },
        headers: { etag: entityTag(failure.version) },
      });
    case 'macro_refused':
    case 'conversation_refused': {
      const { code, ...told } = failure;
      const headers = failure.version === null ? {} : { etag: entityTag(failure.version) };
      return new ProblemError(code, { ...naming(told), headers });
    }
    case 'attachment_refused':
    case 'team_refused':
    case 'rule_settings_refused':
    case 'policies_refused':
    case 'agent_refused':
    case 'canned_reply_refused':
    case 'queue_views_refused':
    case 'complaint_refused':
    case 'root_causes_refused':
    case 'calendar_refused':
    case 'invalid_calendar_file': {
      const { code, ...told } = failure;
      return new ProblemError(code, naming(told));
    }
    case 'resolution_incomplete': {
      const { version, missing } = failure;
      const errors = missing.map(({ thing }) => ({ pointer: `/${thing}`, code: thing, detail: thing }));
      return new ProblemError(failure.code, {
        ...{ errors, extensions: { version, missing }, headers: { etag: entityTag(version) } },
      });
    }
    case 'too_many_unused_attachments':
    case 'command_running':
    case 'not_caught_up':
    case 'overloaded':
      return new ProblemError(failure.code, { retryAfterMs: failure.retryAfterMs });
    case 'invalid_parameters':
      return new ProblemError(failure.code, { errors: failure.errors });
  }
}

/** What is told of a refusal, and of whom or what it names that nobody has set up. */
const naming = ({
  unknown,
  ...extensions
}: Readonly<Record<string, unknown>> & { readonly unknown?: Named | NamedAttachment }) => ({
  ...{ unknown, extensions },
});

/** Parameters that were read, or the problem that they are. */
export function readable<Parameters>(result: Result<Parameters, readonly FieldError[]>): Parameters {
  if (result.ok) return result.value;
  throw new ProblemError('invalid_parameters', { errors: result.reason });
}
