export { eventStream, type StreamOptions } from './event-stream.js';
export { foldInMemory, type Events, type FoldedInMemory, type FoldInMemoryOptions } from './fold-in-memory.js';
export { type FinishedBatch, type LaneHealth, type ProjectionParts } from './lane-consumer.js';
export { createMovedHub, MOVED_CHANNEL, type MovedHub } from './moved-hub.js';
export { type ParkedEvent } from './parked-events.js';
export { projectionAdmin, type ParkedFilter, type ProjectionAdmin } from './projection-admin.js';
export {
  startProjections,
  type ProjectionHealth,
  type ProjectionHost,
  type ProjectionHostParts,
} from './projection-host.js';
export { type LaneStatus } from './projection-status.js';
export { projectionsMigrations } from './projection-tables.js';
export { NoSuchBuildError } from './builds.js';
export { NotReadyError } from './promote.js';
export { type RebuildOptions, type RebuildProgress } from './rebuild.js';
export { type Decision, type DiscardTarget, type Released } from './release.js';
export { type RowDifference } from './row-comparison.js';
export { defaultSettings, type ProjectionSettings } from './settings.js';
export { eraseFromBuilds, removeErasedRows, type KeyErased } from './unapplied-erasures.js';
export { verifyProjection, type Verified, type VerifyOptions } from './verify.js';
