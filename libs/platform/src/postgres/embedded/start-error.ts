/** The embedded server cannot be started or used. Its message is for people: what is in the way, and what to do. */
export class EmbeddedPostgresStartError extends Error {
  override readonly name = 'EmbeddedPostgresStartError';
}
