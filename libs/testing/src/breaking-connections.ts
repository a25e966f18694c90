import pg from 'pg';

/** How connections end at a statement. */
export interface Break {
  /** Before it is sent, or after it was executed and before its answer arrives. */
  readonly when: 'before' | 'after';
  /** The whole program is gone: nothing else is answered until it is started again. Else only this connection. */
  readonly forGood: boolean;
}

/** What is broken next: the so-manieth statement from now on, and how; `undefined`: nothing more. */
export type NextBreak = () => (Break & { readonly after: number }) | undefined;

/** A mistake for tests to find: other parameters in place of those of a statement, or another statement. */
export type Plant = (text: string, values: readonly unknown[]) => readonly [text: string, values: readonly unknown[]];

type Query = (this: pg.Client, ...parameters: unknown[]) => unknown;
type Callback = (error: unknown, result?: unknown) => void;

/** Every connection of a program, whoever opens it: its statements are counted, and break where it is asked for. */
export class BreakingConnections {
  /** Statements so far. */
  statements = 0;
  /** How often something broke. */
  breaks = 0;
  plant: Plant | undefined;
  #next: (Break & { readonly at: number }) | undefined;
  #nextBreak: NextBreak = () => undefined;
  #dead = false;
  readonly #restore: () => void;

  /**
   * @param program the beginning of its `application_name`
   * @param searchPath of its sessions
   */
  constructor(
    private readonly program: string,
    private readonly searchPath: string,
  ) {
    const prototype = pg.Client.prototype as unknown as { query: Query; connect: Query };
    const { query, connect } = prototype;
    const isOwn = this.#isOwn.bind(this);
    const session = this.#session.bind(this);
    const run = this.#run.bind(this);
    const submit = this.#submit.bind(this);
    prototype.connect = function (...parameters) {
      if (isOwn(this)) session(this);
      return connect.apply(this, parameters);
    };
    prototype.query = function (...parameters) {
      if (!isOwn(this)) return query.apply(this, parameters);
      if (isSubmittable(parameters[0])) return submit(this, query, parameters[0]);
      const last = parameters.at(-1);
      const callback = typeof last === 'function' ? (last as Callback) : undefined;
      const answer = run(this, query, callback ? parameters.slice(0, -1) : parameters);
      if (!callback) return answer;
      answer.then((result) => {
        callback(undefined, result);
      }, callback);
      return undefined;
    };
    this.#restore = () => Object.assign(prototype, { query, connect });
  }

  /** From now on they break, again and again. */
  breakBy(nextBreak: NextBreak): void {
    this.#nextBreak = nextBreak;
    this.#choose();
  }

  /** The program is gone. */
  get dead(): boolean {
    return this.#dead;
  }

  /** It is started again. */
  revive(): void {
    this.#dead = false;
  }

  restore(): void {
    this.#restore();
  }

  #choose(): void {
    const next = this.#nextBreak();
    this.#next = next && { ...next, at: this.statements + next.after };
  }

  #isOwn(client: pg.Client): boolean {
    return parametersOf(client).application_name?.startsWith(this.program) === true;
  }

  #session(client: pg.Client): void {
    const parameters = parametersOf(client);
    parameters.options = `${parameters.options ?? ''} -c search_path=${this.searchPath}`;
  }

  /** What is done with this statement. */
  #count(isWriter: boolean): Break | 'refused' | undefined {
    // What an append has sent is done though whoever sent it is gone; nothing else is begun by the dead.
    if (this.#dead && !isWriter) return 'refused';
    this.statements += 1;
    const due = this.#next?.at === this.statements ? this.#next : undefined;
    if (!due) return undefined;
    this.breaks += 1;
    this.#dead = due.forGood;
    this.#choose();
    return due;
  }

  async #run(client: pg.Client, query: Query, asked: unknown[]): Promise<unknown> {
    const isWriter = parametersOf(client).application_name?.endsWith(' writer') === true;
    const due = this.#count(isWriter);
    if (due === 'refused') throw terminated();
    if (due?.when === 'before') breakOff(client);
    const result = await query.apply(client, this.plant ? planted(this.plant, asked) : asked);
    if (due) breakOff(client);
    if (due || (this.#dead && !isWriter)) throw terminated();
    return result;
  }

  /** Only read with: that it was executed changes nothing. */
  #submit(client: pg.Client, query: Query, statement: Submittable): unknown {
    const due = this.#count(false);
    if (due === 'refused') statement.handleError(terminated());
    else query.call(client, statement);
    if (due !== undefined && due !== 'refused') breakOff(client);
    return statement;
  }
}

interface Submittable {
  submit(connection: unknown): void;
  handleError(error: unknown): void;
}
const isSubmittable = (statement: unknown): statement is Submittable =>
  typeof statement === 'object' && statement !== null && 'submit' in statement;

const terminated = (): Error => new Error('Connection terminated unexpectedly');

const breakOff = (client: pg.Client): void => {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
};

interface Parameters {
  application_name?: string;
  options?: string;
}
const parametersOf = (client: pg.Client): Parameters =>
  (client as unknown as { connectionParameters: Parameters }).connectionParameters;

function planted(plant: Plant, [query, values, ...rest]: readonly unknown[]): unknown[] {
  if (typeof query !== 'string') return [query, values, ...rest];
  return [...plant(query, Array.isArray(values) ? values : []), ...rest];
}
