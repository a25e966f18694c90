import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type Readable, type Writable } from 'node:stream';
import picocolors from 'picocolors';
import { type EpochMs } from '#kernel';
import { OutputError } from './output-error.js';

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface TerminalStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a command writes to: results to standard output, everything about them to standard error. */
export class Terminal {
  readonly colours: Colours;
  /** Standard error is one that lines can be drawn over on. */
  readonly isInteractive: boolean;
  /** A person is there to answer. */
  readonly canAsk: boolean;
  readonly width: number;
  readonly language: 'en' | 'fa';
  readonly stdin: TerminalStreams['stdin'];
  readonly stderr: TerminalStreams['stderr'];
  private closedByReader = false;
  private failure: OutputError | undefined;

  constructor(private readonly streams: TerminalStreams) {
    const { stdin, stdout, stderr, environment } = streams;
    this.stdin = stdin;
    this.stderr = stderr;
    this.colours = picocolors.createColors(hasColours(stdout.isTTY === true, environment));
    this.isInteractive = stderr.isTTY === true && environment['TERM'] !== 'dumb';
    this.canAsk = stdin.isTTY === true && stderr.isTTY === true;
    this.width = stdout.columns ?? 100;
    this.language = languageOf(environment);
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.failed(error);
    });
    // Nobody is left who could be told.
    stderr.on('error', () => undefined);
  }

  /** `safar export | head` closes the pipe: no mistake, only the end. */
  private failed(error: unknown): void {
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') this.closedByReader = true;
    else this.failure ??= new OutputError('Standard output', error);
  }

  /** Nobody reads any more. */
  get isClosed(): boolean {
    return this.closedByReader;
  }

  /**
   * Waits when the reader is slower than we are, so that nothing piles up.
   * @throws OutputError
   */
  async print(text: string): Promise<void> {
    if (this.closedByReader) return;
    if (!this.write(`${text}\n`)) {
      const { stdout } = this.streams;
      // Whichever comes first takes the other's listener away: a long export waits thousands of times.
      const over = new AbortController();
      const first = (event: string): Promise<unknown> =>
        once(stdout, event, { signal: over.signal }).catch(() => undefined);
      await Promise.race([first('drain'), first('close')]);
      over.abort();
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** A disk that is full says so at once, or later. */
  private write(text: string): boolean {
    if (this.failure !== undefined) return true;
    try {
      return this.streams.stdout.write(text);
    } catch (error) {
      this.failed(error);
      return true;
    }
  }

  /**
   * Resolves when what was printed has been written.
   * @throws OutputError
   */
  async flushed(): Promise<void> {
    const { stdout } = this.streams;
    if (this.failure === undefined && stdout.writableLength > 0 && !stdout.destroyed)
      await new Promise<void>((resolve) => {
        // What is written is told before what went wrong is.
        stdout.write('', () => setImmediate(resolve));
      });
    if (this.failure !== undefined) throw this.failure;
  }

  printJson(document: unknown): Promise<void> {
    return this.print(toJson(document));
  }

  say(text: string): void {
    try {
      this.stderr.write(`${text}\n`);
    } catch {
      // As above.
    }
  }

  /** Only where `canAsk`. */
  async ask(question: string): Promise<string> {
    const lines = createInterface({ input: this.stdin, output: this.stderr });
    try {
      return (await lines.question(question)).trim();
    } finally {
      lines.close();
    }
  }
}

/** JSON in which positions, which are bigints inside Safar, are decimal digits. */
export const toJson = (document: unknown, indent?: number): string =>
  JSON.stringify(document, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), indent);

export const isoTime = (at: EpochMs): string => new Date(at).toISOString();

/** https://no-color.org: any value that is not empty turns colours off; FORCE_COLOR turns them on in a pipe. */
function hasColours(isTerminal: boolean, environment: TerminalStreams['environment']): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  if ((environment['FORCE_COLOR'] ?? '') !== '' && environment['FORCE_COLOR'] !== '0') return true;
  return isTerminal && environment['TERM'] !== 'dumb';
}

/** As POSIX looks for it: LC_ALL, then LC_MESSAGES, then LANG. */
function languageOf(environment: TerminalStreams['environment']): 'en' | 'fa' {
  const locale = [environment['LC_ALL'], environment['LC_MESSAGES'], environment['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale?.startsWith('fa') === true ? 'fa' : 'en';
}
