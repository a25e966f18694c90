import { Command, Query } from '@nestjs/cqrs';
import { type SavedViewsRefusal } from '#capabilities';
import {
  type SavedViewCountParameters,
  type SavedViewCountsView,
  type SavedViewsCommandView,
  type SavedViewsDto,
  type SavedViewsView,
} from '#contracts';
import { type Position, type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type CommandFailure, type QueryFailure } from './failures.js';

/** Whose views they are. */
export type ViewOwner = { readonly person: string } | { readonly team: string };

/** Why views were not saved. */
export type SavedViewsFailure =
  | CommandFailure
  | { readonly code: 'team_not_found' }
  | { readonly code: 'queue_views_refused'; readonly reason: SavedViewsRefusal };

/** Says all views of an owner. `If-Match` is the version that they must be at. */
export class SaveQueueViews extends Command<Result<SavedViewsCommandView, SavedViewsFailure>> {
  constructor(
    readonly owner: ViewOwner,
    readonly settings: SavedViewsDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export class GetQueueViews extends Query<Result<SavedViewsView, QueryFailure>> {
  constructor(
    readonly owner: ViewOwner,
    readonly minPosition?: Position,
  ) {
    super();
  }
}

export class CountQueueViews extends Query<Result<SavedViewCountsView, QueryFailure>> {
  constructor(
    readonly owner: ViewOwner,
    /** Whose `mine` it is. */
    readonly self: string,
    readonly parameters: SavedViewCountParameters = {},
  ) {
    super();
  }
}
