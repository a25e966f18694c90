import type { RecordedEvent } from '#kernel';
import { type ListedStatusDto, type StatusesSavedDto } from './status-list.dto.js';

/** Of all statuses: they are saved as one list. */
export const statusesStream = 'statuses';
export type StatusesSaved = RecordedEvent<'statuses.saved', Readonly<StatusesSavedDto>>;
export const isStatusesSaved = (event: RecordedEvent): event is StatusesSaved => event.type === 'statuses.saved';

export interface StatusesView {
  /** `0`: nobody has saved any, and every word is taken. The `ETag`. */
  readonly version: string;
  readonly statuses: readonly ListedStatusDto[];
  /** RFC 3339; `null` where nobody has, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}
