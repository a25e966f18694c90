import { type Colours } from '../terminal/terminal.js';
import { type ImportReport } from './run-import.js';
import { rowsRefusedIn } from './tally.js';

export interface ReportedImport {
  readonly report: ImportReport;
  readonly input: string;
  readonly profile: string | undefined;
  readonly seconds: number;
  /** Whether the timelines show everything; `undefined` when nobody looked. */
  readonly applied: boolean | undefined;
}

/** For `--json`: lines read = inTouchpoints + refused, when it is finished. */
export function reportView({
  report,
  input,
  profile,
  seconds,
  applied,
}: ReportedImport): Readonly<Record<string, unknown>> {
  const { tally } = report;
  return {
    input,
    profile: profile ?? null,
    finished: report.finished,
    lines: {
      read: report.rows,
      inTouchpoints: tally.rowsInTouchpoints,
      refused: rowsRefusedIn(tally),
      refusedByReason: tally.rowsRefused,
      settledByEarlierRun: report.rowsResumed,
    },
    touchpoints: { accepted: tally.accepted, duplicate: tally.duplicate, refused: tally.refused, byKind: tally.byKind },
    rejects: report.rejectsPath ?? null,
    position: report.position ?? null,
    applied: applied ?? null,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

/** For people: the sums that prove that no line is missing. */
export function reportText({ report, input, profile, seconds, applied }: ReportedImport, colours: Colours): string {
  const { tally, rows } = report;
  if (!report.finished && rows === 0)
    return `${colours.yellow('Interrupted')} while ${input} was being read; this run has sent nothing.`;
  const kinds = Object.entries(tally.byKind).map(([kind, count]) => `${counted(count)} ${kind}`);
  const refused = rowsRefusedIn(tally);
  const settled = tally.rowsInTouchpoints + refused;
  const title = report.finished ? 'Imported' : colours.yellow('Interrupted:');
  const using = profile === undefined ? '' : ` with the profile ${profile}`;
  return [
    `${title} ${colours.bold(input)}${using}, ${seconds.toFixed(1)} s`,
    `  touchpoints  ${colours.green(`${counted(tally.accepted)} accepted`)} · ${counted(tally.duplicate)} duplicate · ${counted(tally.refused)} refused${kinds.length === 0 ? '' : `  (${kinds.join(', ')})`}`,
    `  lines        ${counted(report.finished ? rows : settled)} ${report.finished ? 'read' : `of ${counted(rows)}`} = ${counted(tally.rowsInTouchpoints)} in touchpoints + ${counted(refused)} refused`,
    ...Object.entries(tally.rowsRefused)
      .toSorted(([, a], [, b]) => b - a)
      .map(([reason, count]) => `  ${counted(count).padStart(20)}  ${reason}`),
    ...(report.rowsResumed > 0
      ? [`  An earlier run had dealt with the first ${counted(report.rowsResumed)} lines.`]
      : []),
    ...(report.rejectsPath === undefined ? [] : [`  Refused lines, with reasons: ${colours.bold(report.rejectsPath)}`]),
    ...(applied === false
      ? [colours.yellow('  The timelines do not show everything yet; safar projections status tells how far they are.')]
      : []),
    ...(report.finished ? [] : ['Run the same command again to go on from here.']),
  ].join('\n');
}

const counted = (count: number): string => count.toLocaleString('en-GB');
