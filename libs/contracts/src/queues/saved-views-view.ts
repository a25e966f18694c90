import { type QueueCount, type QueueCountsView } from './queue-view.js';
import { type SavedViewDto } from './saved-views.dto.js';

/** The views that a person or a team has saved. */
export interface SavedViewsView {
  /** Kind and id of a person, or `team:` and its word. */
  readonly owner: string;
  /** The `ETag`; 0 where nothing was saved yet. */
  readonly version: string;
  /** Each filter as the parameters of `GET /v1/queue` say it. */
  readonly views: readonly SavedViewDto[];
  /** RFC 3339; `null` where nothing was saved yet, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

export interface SavedViewCount extends QueueCount {
  /** Of the view. */
  readonly id: string;
}

export interface SavedViewCountsView {
  readonly owner: string;
  readonly at: string;
  readonly views: readonly SavedViewCount[];
}

/** Counts of all views that somebody has, told live when one of them changes. */
export interface LiveCountsView extends QueueCountsView {
  /** One’s own saved views, and those of the team whose queue is followed; in their order. */
  readonly saved: readonly OwnedViewCount[];
}

export interface OwnedViewCount extends SavedViewCount {
  readonly owner: string;
}

export interface SavedViewsCommandView {
  /** The owner. */
  readonly id: string;
  readonly version: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}
