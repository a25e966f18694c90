interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly resolve: (answer: Answer | PromiseLike<Answer>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Most that are asked for at once. */
const MOST = 100;

/**
 * Asks for several at once what each would ask for alone: those who come in the same turn of the event loop, and those who come while
 * others are being answered. An append, or the beat by which they look without one, wakes all consumers of a process, and most of them
 * need nothing but one small statement.
 */
export class Together<Asked, Answer> {
  #waiting: Waiting<Asked, Answer>[] = [];
  #isAsking = false;

  /** @param askAll answers in the order of what is asked, each for itself; where it throws, that is everybody's */
  constructor(
    private readonly askAll: (asked: readonly Asked[]) => Promise<readonly (Answer | PromiseLike<Answer>)[]>,
  ) {}

  ask(asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject });
      if (!this.#isAsking) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isAsking = true;
    await new Promise((turn) => setImmediate(turn));
    while (this.#waiting.length > 0) await this.#answer(this.#waiting.splice(0, MOST));
    this.#isAsking = false;
  }

  async #answer(some: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await this.askAll(some.map(({ asked }) => asked));
      for (const [index, { resolve }] of some.entries()) resolve(answers[index] as Answer | PromiseLike<Answer>);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
