export interface ConfigurationProblem {
  readonly variable: string;
  /** What is wrong with it; never its value, which may be a secret. */
  readonly problem: string;
  readonly remedy: string;
}

/** The configuration cannot be used. Its message lists everything that is wrong, so that one look is enough. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ variable, problem, remedy }) => `  ${variable} ${problem}. ${remedy}`);
    super(['The configuration cannot be used:', ...lines].join('\n'));
  }
}
