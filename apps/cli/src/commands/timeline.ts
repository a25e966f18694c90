import { type Command } from 'commander';
import { parseTimelineParameters, type TimelinePage, type TimelineParameters } from '#contracts';
import { CommandFailure, queryFailure } from '../failure.js';
import { type Installation } from '../ports.js';
import { type Terminal } from '../terminal/terminal.js';
import { TimelineRenderer, type TimelineStyle } from '../timeline/render-timeline.js';
import { timelineWords, type TimelineLanguage } from '../timeline/words.js';
import { isZone } from '../import/local-time.js';
import { asCommand, collect, withInstallation, type CommandContext, type CommonOptions } from './context.js';

export interface StyleOptions {
  readonly lang?: string;
  readonly zone?: string;
}

interface TimelineOptions extends CommonOptions, StyleOptions {
  readonly category?: string;
  readonly kind?: readonly string[];
  readonly channel?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly order?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}

export function addTimeline(program: Command, context: CommandContext): void {
  const command = program
    .command('timeline')
    .description("Show a customer's timeline: the newest 50 entries, the newest last, unless told otherwise.")
    .argument('<customer>', 'a customer id, or an identifier as kind:value')
    .option('--category <category>', 'touchpoint: what was reported; decision: what was decided; otherwise both')
    .option('--kind <kinds>', 'only these kinds: purchase,conversation.replied; repeat or use commas', collect)
    .option('--channel <channels>', 'only these channels', collect)
    .option('--from <time>', 'happened at or after, RFC 3339: 2011-01-01T00:00:00Z')
    .option('--to <time>', 'happened before')
    .option('--as-of <time>', 'what had happened by then')
    .option('--known-at <time>', 'what we knew then')
    .option('--order <asc|desc>', 'asc shows from the first entry on, desc the newest first')
    .option('--limit <n>', 'entries of a page, 1–200')
    .option('--cursor <cursor>', 'the page after, as --json answered it in page.next')
    .option('--all', 'every entry, page by page; with --json one document a line')
    .option('--lang <en|fa>', 'language; otherwise that of the terminal')
    .option('--zone <zone>', 'time zone, for example Europe/London; otherwise that of this machine')
    .action((customer: string, options: TimelineOptions) => showTimeline(context, customer, options));
  asCommand(command, [
    'safar timeline customer_number:12347',
    'safar timeline email:sara@example.com --kind complaint,return --order desc',
    'safar timeline customer_number:12347 --as-of 2011-06-01T00:00:00Z --lang fa',
    'safar timeline customer_number:12347 --all --json',
  ]);
}

async function showTimeline(context: CommandContext, customer: string, options: TimelineOptions): Promise<void> {
  const parameters = parametersFrom(options);
  const style = styleFrom(context.terminal, options);
  await withInstallation(context, options, async (installation) => {
    if (options.all === true) return showAll(context, { installation, customer, parameters, style }, options);
    const page = await pageOf(installation, customer, parameters);
    if (options.json === true) return context.terminal.printJson(page);
    // The newest are fetched first, and shown the way a terminal scrolls.
    const entries = parameters.order === undefined ? page.data.toReversed() : page.data;
    await context.terminal.print(
      entries.length === 0 ? timelineWords[style.language].empty : new TimelineRenderer(style).add(entries),
    );
    if (page.page.next !== null)
      context.terminal.say(
        context.terminal.colours.dim('There is more: --all shows everything, --limit a longer page.'),
      );
  });
}

interface WholeTimeline {
  readonly installation: Installation;
  readonly customer: string;
  readonly parameters: TimelineParameters;
  readonly style: TimelineStyle;
}

async function showAll(
  { terminal, signal }: CommandContext,
  { installation, customer, parameters, style }: WholeTimeline,
  { json }: CommonOptions,
): Promise<void> {
  const renderer = new TimelineRenderer(style);
  let cursor = parameters.cursor;
  let shown = 0;
  do {
    const page = await pageOf(installation, customer, {
      ...parameters,
      order: parameters.order ?? 'asc',
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    shown += page.data.length;
    if (json === true) for (const entry of page.data) await terminal.printJson(entry);
    else if (page.data.length > 0) await terminal.print(renderer.add(page.data));
    cursor = page.page.next ?? undefined;
  } while (cursor !== undefined && !signal.aborted && !terminal.isClosed);
  if (shown === 0 && json !== true) await terminal.print(timelineWords[style.language].empty);
}

async function pageOf(
  installation: Installation,
  customer: string,
  parameters: TimelineParameters,
): Promise<TimelinePage> {
  const page = await installation.timeline(customer, parameters);
  if (page.ok) return page.value;
  throw queryFailure(page.reason, customer);
}

function parametersFrom(options: TimelineOptions): TimelineParameters {
  const { category, kind, channel, from, to, asOf, knownAt, order, limit, cursor } = options;
  const parsed = parseTimelineParameters({ category, kind, channel, from, to, asOf, knownAt, order, limit, cursor });
  if (parsed.ok) return parsed.value;
  throw queryFailure({ code: 'invalid_parameters', errors: parsed.reason }, '');
}

export function styleFrom(terminal: Terminal, { lang, zone }: StyleOptions): TimelineStyle {
  if (zone !== undefined && !isZone(zone))
    throw new CommandFailure(
      'usage',
      `${JSON.stringify(zone)} is not a time zone.`,
      'Name one of the IANA zones, for example Asia/Tehran.',
    );
  return {
    language: languageFrom(lang) ?? terminal.language,
    zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    width: terminal.width,
    colours: terminal.colours,
  };
}

function languageFrom(lang: string | undefined): TimelineLanguage | undefined {
  if (lang === undefined || lang === 'en' || lang === 'fa') return lang;
  throw new CommandFailure('usage', `There is no language ${JSON.stringify(lang)}.`, 'Use en or fa.');
}
