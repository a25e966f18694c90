/** The import cannot go on, for a reason that a person can do something about. */
export class ImportProblem extends Error {
  override readonly name = 'ImportProblem';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
