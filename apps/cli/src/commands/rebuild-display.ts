import { SingleBar } from 'cli-progress';
import { type RebuildProgress } from '#platform/projections';
import { type DisplayKind } from '../import/display.js';
import { type Terminal } from '../terminal/terminal.js';

const LINE_EVERY_MS = 5_000;

/** Shows on standard error how far a rebuild is. */
export class RebuildDisplay {
  private bar: SingleBar | undefined;
  private lineAt = Date.now();

  constructor(
    private readonly terminal: Terminal,
    private readonly kind: DisplayKind,
  ) {}

  show({ applied, total, ratePerSecond, etaMs }: RebuildProgress): void {
    const about = `${applied.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} events │ ${Math.round(ratePerSecond).toLocaleString('en-GB')}/s │ ETA ${String(Math.ceil(etaMs / 1000))} s`;
    if (this.kind === 'bar') this.draw(applied, total, about);
    else if (this.kind === 'lines' && Date.now() - this.lineAt >= LINE_EVERY_MS) {
      this.lineAt = Date.now();
      this.terminal.say(`rebuilding ${about}`);
    }
  }

  end(): void {
    this.bar?.stop();
  }

  private draw(applied: number, total: number, about: string): void {
    if (this.bar === undefined) {
      this.bar = new SingleBar({
        format: 'Rebuilding {bar} {percentage}% │ {about}',
        stream: this.terminal.stderr,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
      });
      this.bar.start(total, 0, { about });
    }
    this.bar.setTotal(total);
    this.bar.update(applied, { about });
  }
}
