import {
  isTimeZoneName,
  type QueueViewsSaved,
  queueViewsOwnerOf,
  type SavedViewDto,
  type SavedViewsDto,
  type SavedViewsView,
} from '#contracts';
import { accept, canonicalJson, type Decider, type EpochMs, type Projection, type ReadModels, refuse } from '#kernel';

export interface SavedViews {
  /** `null`: nothing was saved yet. */
  readonly views: readonly SavedViewDto[] | null;
}

export interface SaveViews {
  readonly type: 'SaveViews';
  readonly at: EpochMs;
  readonly by: string;
  readonly settings: SavedViewsDto;
}

/** Two views by one id: nobody could say which is counted. A zone that is none: nobody could say when its day ends. */
export type SavedViewsRefusal = 'listed-twice' | 'unknown-time-zone';
export interface SavedViewsFact {
  readonly type: QueueViewsSaved['type'];
  readonly at: EpochMs;
  readonly data: QueueViewsSaved['data'];
}

/** The views of one owner, saved as a whole. */
export const savedViews: Decider<SavedViews, SaveViews, SavedViewsFact, SavedViewsRefusal> = {
  initial: { views: null },
  decide(state, { at, by, settings: { views } }) {
    if (new Set(views.map(({ id }) => id)).size < views.length) return refuse('listed-twice');
    if (views.some(({ filter: { timeZone } }) => timeZone !== undefined && !isTimeZoneName(timeZone)))
      return refuse('unknown-time-zone');
    if (state.views !== null && canonicalJson(state.views) === canonicalJson(views)) return accept();
    return accept({ type: 'queue_views.saved', at, data: { by, views } });
  },
  evolve: (_state, { data: { views } }) => ({ views }),
};

export type SavedViewsRow = {
  readonly owner: string;
  readonly stream: string;
  readonly views: readonly SavedViewDto[];
  readonly by: string;
  readonly saved_at: EpochMs;
  /** Of the stream, and where its last event stands. */
  readonly version: number;
  readonly last_position: bigint;
};

/** A row for each owner: what they are shown, and what the next command is decided by. */
export const queueViewsModel: Projection<SavedViewsRow, QueueViewsSaved> = {
  name: 'queue-views',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      owner: { type: 'text' },
      stream: { type: 'text' },
      views: { type: 'json' },
      by: { type: 'text' },
      saved_at: { type: 'timestamp' },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['owner'],
    owner: 'stream',
  },
  keys: ({ stream }) => [[queueViewsOwnerOf(stream)]],
  when: {
    'queue_views.saved': (_before, { stream, version, position, occurredAt, data: { by, views } }) => ({
      ...{ owner: queueViewsOwnerOf(stream), stream, views },
      ...{ by, saved_at: occurredAt, version, last_position: position },
    }),
  },
};

export async function findSavedViews(
  readModels: Pick<ReadModels, 'query'>,
  owner: string,
): Promise<SavedViewsRow | undefined> {
  const sql = `SELECT owner, stream, views, by, saved_at, version, last_position FROM {queue-views} WHERE owner = $1`;
  return (await readModels.query<SavedViewsRow>(sql, [owner]))[0];
}

export const savedViewsView = (owner: string, row: SavedViewsRow | undefined): SavedViewsView => ({
  owner,
  version: String(row?.version ?? 0),
  views: row?.views ?? [],
  savedAt: row ? new Date(row.saved_at).toISOString() : null,
  by: row?.by ?? null,
});
