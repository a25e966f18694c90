import type { RecordedEvent } from '#kernel';
import { type ReturnRuleDto, type ReturnRulesSavedDto, type SpamReturn } from './return-rules.dto.js';

/** Of all return rules: they are saved as one list. */
export const returnRulesStream = 'return_rules';
export type ReturnRulesSaved = RecordedEvent<'return_rules.saved', Readonly<ReturnRulesSavedDto>>;
export const isReturnRulesSaved = (event: RecordedEvent): event is ReturnRulesSaved =>
  event.type === 'return_rules.saved';

export interface ReturnRulesView {
  /** `0`: nobody has saved any, and a message reopens within seven days. The `ETag`. */
  readonly version: string;
  /** What a message does whose conversation is spam. */
  readonly spam: SpamReturn;
  readonly rules: readonly ReturnRuleDto[];
  /** RFC 3339; `null` where nobody has, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}
