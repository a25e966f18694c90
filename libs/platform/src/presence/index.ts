export { createPresence, PRESENCE_MOVED, presenceLimits } from './postgres/create-presence.js';
export { presenceMigrations } from './postgres/presence-migrations.js';
export { PresenceBoard } from './presence-board.js';
export { type Presence } from './presence.port.js';
export { presentAgents } from './present-agents.js';
