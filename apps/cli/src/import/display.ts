import { SingleBar } from 'cli-progress';
import { type Terminal } from '../terminal/terminal.js';
import { type ImportProgress } from './run-import.js';

/** `bar` for a person at a terminal, `lines` for a log, `silent` for a machine. */
export type DisplayKind = 'bar' | 'lines' | 'silent';

/** Often enough to see that it lives, seldom enough for a log. */
export const LINE_EVERY_MS = 5_000;

/** Shows on standard error how far an import is, with rate and remaining time. */
export class ImportDisplay {
  private bar: SingleBar | undefined;
  private phase: ImportProgress['phase'] | undefined;
  private startedAt = 0;
  private lineAt = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly kind: DisplayKind,
    private readonly now: () => number = Date.now,
  ) {}

  show(progress: ImportProgress): void {
    if (this.kind === 'silent') return;
    if (this.phase !== progress.phase) this.begin(progress);
    if (this.kind === 'bar') this.draw(progress);
    else if (this.now() - this.lineAt >= LINE_EVERY_MS) this.line(progress);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(progress: ImportProgress): void {
    this.end();
    this.phase = progress.phase;
    this.startedAt = this.now();
    this.lineAt = this.startedAt;
    if (this.kind !== 'bar') return;
    const label = progress.phase === 'survey' ? 'Reading  ' : 'Importing';
    this.bar = new SingleBar({
      format: `${label} {bar} {percentage}% │ {about}`,
      stream: this.terminal.stderr,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      hideCursor: true,
      fps: 8,
    });
    if (progress.phase === 'survey') this.bar.start(progress.bytes, 0, { about: '' });
    else this.bar.start(progress.rows, progress.rowsSettled, { about: '' });
  }

  private draw(progress: ImportProgress): void {
    const value = progress.phase === 'survey' ? progress.bytesRead : progress.rowsSettled;
    this.bar?.update(value, { about: aboutOf(progress, this.now() - this.startedAt) });
  }

  private line(progress: ImportProgress): void {
    this.lineAt = this.now();
    const [done, all] =
      progress.phase === 'survey' ? [progress.bytesRead, progress.bytes] : [progress.rowsSettled, progress.rows];
    const percentage = all === 0 ? 100 : Math.floor((done / all) * 100);
    this.terminal.say(
      `${progress.phase === 'survey' ? 'reading' : 'importing'} ${String(percentage)}% │ ${aboutOf(progress, this.now() - this.startedAt)}`,
    );
  }
}

/** Counts, rate and remaining time, from what this run has done so far. */
export function aboutOf(progress: ImportProgress, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1000;
  if (progress.phase === 'survey') {
    const left = etaOf(progress.bytesRead, progress.bytes, seconds);
    return `${megabytes(progress.bytesRead)} of ${megabytes(progress.bytes)} MB │ ETA ${left}`;
  }
  const { rows, rowsSettled, rowsSkipped, tally } = progress;
  const done = rowsSettled - rowsSkipped;
  return `${counted(rowsSettled)} of ${counted(rows)} lines │ ${counted(Math.round(done / seconds))} lines/s │ ${counted(tally.accepted + tally.duplicate)} touchpoints │ ETA ${etaOf(done, rows - rowsSkipped, seconds)}`;
}

export function etaOf(done: number, all: number, seconds: number): string {
  if (done <= 0) return '–';
  const left = Math.ceil(((all - done) / done) * seconds);
  return left < 60 ? `${String(left)} s` : `${String(Math.floor(left / 60))} min ${String(left % 60)} s`;
}

export const counted = (count: number): string => count.toLocaleString('en-GB');
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
