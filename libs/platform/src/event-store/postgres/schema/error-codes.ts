/** SQLSTATEs of the functions in schema es. Classes from I on are free for such use (SQL standard, ISO/IEC 9075-2 §24). */
export const errorCode = {
  /** The writer believes in another epoch. */
  otherEpoch: 'SF001',
  /** Events that were committed are not there. */
  tailMissing: 'SF002',
  /** There are events beyond what the store's row allows. */
  markBehind: 'SF003',
  /** Another session with this writer's number is still alive. */
  writerAlive: 'SF004',
} as const;
