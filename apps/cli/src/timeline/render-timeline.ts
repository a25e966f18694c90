import { type TimelineDecisionType, type TimelineEntryView, type TouchpointKind } from '#contracts';
import { type Colours } from '../terminal/terminal.js';
import { clip, displayWidth, wrap } from '../terminal/width.js';
import { dateWriter, type DateWriter } from './dates.js';
import { decisionWords } from './decision-words.js';
import { decisionFacts, decisionLabel, decisionTypeOf } from './decisions.js';
import { type EntryFacts, factsOf, kindOf } from './facts.js';
import { isolated, plainText } from './user-text.js';
import { timelineWords, type TimelineLanguage, type TimelineWords } from './words.js';

export interface TimelineStyle {
  readonly language: TimelineLanguage;
  /** IANA; of the days and times shown. */
  readonly zone: string;
  /** Cells of the terminal. */
  readonly width: number;
  readonly colours: Colours;
}

/** Lines of somebody's text that are shown; the rest is for the screen that shows one entry. */
const MAXIMUM_TEXT_LINES = 3;
/** `  14:57  ■ `: where an entry's words begin. */
const INDENT = 11;

type Mark = readonly [sign: string, colour: 'green' | 'yellow' | 'red' | 'cyan' | 'magenta' | 'blue' | 'gray'];

/** Signs of one cell in every terminal, no emoji. */
const marks: Readonly<Record<TouchpointKind, Mark>> = {
  first_contact: ['✦', 'cyan'],
  visit: ['○', 'gray'],
  message: ['✎', 'blue'],
  call: ['☏', 'blue'],
  purchase: ['■', 'green'],
  return: ['□', 'yellow'],
  cart_abandoned: ['◌', 'yellow'],
  complaint: ['▲', 'red'],
  follow_up: ['↻', 'cyan'],
  survey_answer: ['☑', 'magenta'],
  review: ['★', 'magenta'],
  mention: ['@', 'magenta'],
  promise: ['◆', 'cyan'],
  service: ['⚒', 'cyan'],
  loyalty: ['♥', 'magenta'],
  subscription: ['∞', 'green'],
  consent: ['✓', 'cyan'],
  custom: ['·', 'gray'],
};

/** One sign for what was decided; what was promised and what was complained of look as they do in touchpoints. */
const decided: Mark = ['›', 'gray'];
const decisionMarks: { readonly [T in TimelineDecisionType]?: Mark } = {
  'conversation.replied': ['✎', 'green'],
  'conversation.promised': marks.promise,
  'conversation.promise_kept': ['◆', 'green'],
  'conversation.promise_rescheduled': marks.promise,
  'conversation.promise_waived': ['◆', 'gray'],
  'conversation.promise_broken': ['◆', 'red'],
  'complaint.received': marks.complaint,
  'service_clock.breached': ['!', 'red'],
};

function markOf(entry: TimelineEntryView): Mark {
  const type = decisionTypeOf(entry);
  return type === undefined ? marks[kindOf(entry)] : (decisionMarks[type] ?? decided);
}

function saidIn(entry: TimelineEntryView, language: TimelineLanguage, dates: DateWriter): EntryFacts {
  const type = decisionTypeOf(entry);
  return type === undefined
    ? factsOf(entry, timelineWords[language])
    : decisionFacts(type, entry, { words: decisionWords[language], dates });
}

/**
 * A timeline as text: a heading for each day, a line for each entry, below it what was written. In the order of the entries. It may come
 * in parts: a day that goes on gets no second heading.
 */
export class TimelineRenderer {
  private readonly words: TimelineWords;
  private readonly dates: DateWriter;
  private day = '';

  constructor(private readonly style: TimelineStyle) {
    this.words = timelineWords[style.language];
    this.dates = dateWriter(style.language, style.zone);
  }

  add(entries: readonly TimelineEntryView[]): string {
    return entries.flatMap((entry) => [...this.heading(entry), ...this.entry(entry)]).join('\n');
  }

  private heading(entry: TimelineEntryView): readonly string[] {
    const day = this.dates.day(new Date(entry.occurredAt));
    if (day === this.day) return [];
    const isFirst = this.day === '';
    this.day = day;
    const rule = '─'.repeat(Math.max(3, Math.min(this.style.width, 72) - displayWidth(day) - 4));
    const line = this.line(this.style.colours.bold(`── ${this.isolate(day)} ${rule}`));
    return isFirst ? [line] : ['', line];
  }

  private entry(entry: TimelineEntryView): readonly string[] {
    const { colours, width } = this.style;
    const { facts, text } = saidIn(entry, this.style.language, this.dates);
    const [sign, colour] = markOf(entry);
    const label = entryLabel(entry, this.style.language);
    const channel = entry.channel === null ? '' : this.words.channels[entry.channel];
    const time = this.dates.time(new Date(entry.occurredAt));
    const room = Math.max(10, width - INDENT - 28);
    const told = clip([...facts, ...(entry.erased ? [this.words.erased] : [])].join(' · '), room);
    const head = [padded(clip(label, 16), 16), padded(clip(channel, 10), 10)];
    const [labelCell = '', channelCell = ''] = head;
    const line = `  ${colours.dim(this.isolate(time))}  ${colours[colour](sign)} ${colours[colour](this.isolate(labelCell))} ${colours.dim(this.isolate(channelCell))} ${told === '' ? '' : this.isolate(told)}`;
    return [this.line(line.trimEnd()), ...this.text(text)];
  }

  private text(text: string): readonly string[] {
    const paragraphs = text
      .split(/\r?\n/)
      .map(plainText)
      .filter((paragraph) => paragraph !== '');
    const cells = Math.max(20, Math.min(this.style.width, 100) - INDENT);
    const lines = paragraphs.flatMap((paragraph) => wrap(paragraph, cells));
    const kept = lines.slice(0, MAXIMUM_TEXT_LINES);
    const [last] = kept.slice(-1);
    if (last !== undefined && lines.length > kept.length) kept[kept.length - 1] = clip(`${last} …`, cells);
    return kept.map((line) => this.line(' '.repeat(INDENT) + this.isolate(line)));
  }

  private isolate(text: string): string {
    return isolated(text, this.style.language);
  }

  /** A right-to-left mark makes a terminal that knows direction lay out a Persian line from the right. */
  private line(text: string): string {
    return this.style.language === 'fa' ? `\u200f${text}` : text;
  }
}

/** An entry on one line, with its date and its customer: for following everybody's at once. */
export function renderTailLine(entry: TimelineEntryView, style: TimelineStyle): string {
  const { colours, language, zone, width } = style;
  const isolate = (piece: string): string => isolated(piece, language);
  const { facts, text } = saidIn(entry, language, dateWriter(language, zone));
  const [sign, colour] = markOf(entry);
  const at = new Date(entry.occurredAt);
  const [identifier] = entry.identifiers;
  const customer = plainText(identifier === undefined ? entry.customerId : `${identifier.kind}:${identifier.value}`);
  const when = `${at.toLocaleDateString('sv-SE', { timeZone: zone })} ${dateWriter('en', zone).time(at)}`;
  const label = entryLabel(entry, language);
  const told = [...facts, plainText(text)].filter((fact) => fact !== '').join(' · ');
  const room = Math.max(10, width - 16 - 2 - 2 - 17 - 29);
  const cells = [
    colours.dim(when),
    `${colours[colour](sign)} ${isolate(padded(clip(label, 16), 16))}`,
    colours.dim(isolate(padded(clip(customer, 28), 28))),
  ];
  return `${cells.join(' ')} ${told === '' ? '' : isolate(clip(told, room))}`.trimEnd();
}

function entryLabel(entry: TimelineEntryView, language: TimelineLanguage): string {
  const words = timelineWords[language];
  const decision = decisionTypeOf(entry);
  if (decision !== undefined) return decisionLabel(decision, entry, decisionWords[language]);
  if (entry.type === 'persona.erased') return words.erasure;
  const kind = kindOf(entry);
  return kind === 'custom' && entry.kind.startsWith('custom:')
    ? plainText(entry.kind.slice('custom:'.length).replaceAll('_', ' '))
    : words.kinds[kind];
}

const padded = (text: string, cells: number): string => text + ' '.repeat(Math.max(0, cells - displayWidth(text)));
