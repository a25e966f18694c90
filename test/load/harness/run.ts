import { type Target } from './jobs.js';
import { type Options } from './options.js';
import { type Measurement, type Sample } from './sample.js';
import { type BenchServer, createDatabase, dropDatabase, urlIn } from './server.js';

export interface Failure {
  readonly where: string;
  readonly error: string;
}

export type Place = Omit<Measurement, 'sample'>;

export interface Database {
  /** Name of the template. */
  of(): Promise<string>;
  /** For those that only read: the template itself. Otherwise a copy of it that nobody used before. */
  readonly shared?: true;
}

const SCRATCH = 'safar_bench_run';

/** One run of the bench: where it works, and what it has found so far. */
export class Run {
  readonly measurements: Measurement[] = [];
  readonly failures: Failure[] = [];
  private readonly templates = new Map<string, Promise<string>>();

  constructor(
    readonly server: BenchServer,
    readonly options: Options,
    private readonly say: (line: string) => void,
  ) {}

  /** A database that is made once; measurements get copies of it. Returns its name. */
  template(name: string, fill: (target: Target) => Promise<unknown>): Promise<string> {
    const known = this.templates.get(name);
    if (known) return known;
    this.say(`preparing ${name}`);
    const made = createDatabase(this.server, name)
      .then((url) => fill(this.targetOf(url)))
      .then(() => name);
    this.templates.set(name, made);
    return made;
  }

  targetOf(url: string): Target {
    const { postmasterPid } = this.server;
    return postmasterPid === undefined ? { url } : { url, postmasterPid };
  }

  /** Measures, and keeps the sample. A failure is kept too, and the run goes on. */
  async measure(place: Place, database: Database, work: (target: Target) => Promise<Sample>): Promise<void> {
    if (!place.cell.includes(this.options.cells)) return;
    const where = `${place.scenario}, ${place.cell}, ${place.contestant}`;
    this.say(`round ${String(place.round)} of ${String(this.options.rounds)}: ${where}`);
    try {
      const template = await database.of();
      const url = database.shared ? urlIn(this.server, template) : await createDatabase(this.server, SCRATCH, template);
      this.measurements.push({ ...place, sample: await work(this.targetOf(url)) });
    } catch (error) {
      this.failures.push({ where, error: error instanceof Error ? error.message : String(error) });
    } finally {
      await dropDatabase(this.server, SCRATCH);
    }
  }

  async dropTemplates(): Promise<void> {
    for (const name of this.templates.keys()) await dropDatabase(this.server, name);
  }
}

export const roundsOf = ({ rounds }: Options): readonly number[] =>
  Array.from({ length: rounds }, (_, index) => index + 1);
