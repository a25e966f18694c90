export { type ReactionDecision, type ReactionDiscardTarget, type ReleasedKey } from './decide-parked.js';
export { isNobodysFault } from './record-outcomes.js';
export {
  CommandRefusedError,
  CommandTooEarlyError,
  type ExecuteCommand,
  type IssuedCommand,
  runnable,
  type RunnableReaction,
} from './execute-command.js';
export { type ParkedTrigger } from './parked-triggers.js';
export { type ParkedCommand, type ParkedFilter, reactionAdmin, type ReactionAdmin } from './reaction-admin.js';
export { type ReactionHealth, type ReactionParts } from './reaction-consumer.js';
export { type ReactionHost, type ReactionHostParts, startReactions } from './reaction-host.js';
export { type ReactionStatus } from './reaction-status.js';
export { reactionsMigrations } from './reaction-tables.js';
export { type KeyMemory, type KeyRun, runKey } from './run-key.js';
export { defaultSettings, type ReactionSettings } from './settings.js';
