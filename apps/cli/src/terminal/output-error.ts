/** What a command writes does not arrive: a full disk, for example. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(where: string, cause: unknown) {
    super(`${where} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}
