import type { RecordedEvent } from '#kernel';
import { type MacroAppliedDto, type MacrosSavedDto } from './macro.dto.js';

/** Of all macros: they are saved as one list. */
export const macrosStream = 'macros';
export type MacrosSaved = RecordedEvent<'macros.saved', Readonly<MacrosSavedDto>>;
export const isMacrosSaved = (event: RecordedEvent): event is MacrosSaved => event.type === 'macros.saved';

/** Its key is the customer; its stream `rules-<id of the conversation>`. */
export type MacroApplied = RecordedEvent<'macro.applied', Readonly<MacroAppliedDto>>;

const STREAM = 'rules-';
/** What macros and rules did to a conversation, and why. */
export const rulesStream = (conversationId: string): string => `${STREAM}${conversationId}`;
export const ruledConversationOf = (stream: string): string => stream.slice(STREAM.length);
