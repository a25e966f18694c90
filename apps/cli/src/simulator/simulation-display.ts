import { SingleBar } from 'cli-progress';
import { counted, etaOf, LINE_EVERY_MS, type DisplayKind } from '../import/display.js';
import { type Tally } from '../import/tally.js';
import { type Terminal } from '../terminal/terminal.js';
import { type SimulationProgress } from './run-simulation.js';

/** Shows on standard error how far a simulated history is, with rate and remaining time, and then what happens live. */
export class SimulationDisplay {
  private bar: SingleBar | undefined;
  private lineAt: number;
  private readonly startedAt: number;

  constructor(
    private readonly terminal: Terminal,
    private readonly kind: DisplayKind,
    private readonly now: () => number = Date.now,
  ) {
    this.startedAt = now();
    this.lineAt = this.startedAt;
  }

  show({ from, until, now, tally }: SimulationProgress): void {
    const about = aboutHistory({ from, until, now, tally }, this.now() - this.startedAt);
    const percent = Math.floor(((now - from) / (until - from)) * 100);
    if (this.kind === 'bar') this.draw(percent, about);
    else if (this.isTimeForLine()) this.terminal.say(`simulating ${String(percent)}% │ ${about}`);
  }

  showLive(tally: Tally): void {
    if (this.kind === 'silent' || !this.isTimeForLine()) return;
    this.terminal.say(`live │ ${counted(tally.accepted)} touchpoints`);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw(percent: number, about: string): void {
    if (this.bar === undefined) {
      this.bar = new SingleBar({
        format: 'Simulating {bar} {percentage}% │ {about}',
        stream: this.terminal.stderr,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
        fps: 8,
      });
      this.bar.start(100, percent, { about });
    }
    this.bar.update(percent, { about });
  }

  private isTimeForLine(): boolean {
    if (this.kind === 'silent' || this.now() - this.lineAt < LINE_EVERY_MS) return false;
    this.lineAt = this.now();
    return true;
  }
}

/** The day that has been reached, touchpoints, their rate and the remaining time. */
export function aboutHistory({ from, until, now, tally }: SimulationProgress, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const done = tally.accepted + tally.duplicate;
  const day = new Date(now).toISOString().slice(0, 10);
  const left = etaOf(now - from, until - from, seconds);
  return `${day} │ ${counted(done)} touchpoints │ ${counted(Math.round(done / seconds))}/s │ ETA ${left}`;
}
