export * from './attachment-store.port.js';
export { attachmentMigrations } from './attachment-migrations.js';
export { createAttachments } from './postgres-attachments.js';
export { foundType, type FoundType } from './found-type.js';
export { newFileKey, openPiece, PIECE_BYTES, piecesOf, sealPiece } from './sealed-pieces.js';
