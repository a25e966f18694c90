import { isBlank } from '#contracts';

/** What a canned reply may be filled with. */
export const replyVariables = [
  'customer.name',
  'conversation.subject',
  'conversation.id',
  'conversation.channel',
  'conversation.team',
] as const;
export type ReplyVariable = (typeof replyVariables)[number];

export type ReplyValues = Readonly<Partial<Record<ReplyVariable, string>>>;

/** Each may become as long as a subject: what is filled in must still fit into a message. */
const MAX_VARIABLES = 10;
const VARIABLE = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;

const isVariable = (name: string): name is ReplyVariable => replyVariables.some((each) => each === name);

/** The variables that a text names, each once. */
export const variablesIn = (text: string): ReadonlySet<ReplyVariable> =>
  new Set([...text.matchAll(VARIABLE)].map(([, name = '']) => name.trim()).filter(isVariable));

export type TemplateRefusal =
  /** None that there is. */
  | 'unknown-variable'
  /** Braces that open or close nothing. */
  | 'malformed-variable'
  | 'too-many-variables'
  /** Nobody would see anything of it. */
  | 'blank';

/** Why nothing could be filled into a text. */
export function checkTemplate(text: string): TemplateRefusal | undefined {
  const named = [...text.matchAll(VARIABLE)];
  if (named.some(([, name = '']) => !isVariable(name.trim()))) return 'unknown-variable';
  if (/\{\{|\}\}/.test(text.replace(VARIABLE, ''))) return 'malformed-variable';
  if (named.length > MAX_VARIABLES) return 'too-many-variables';
  return isBlank(text) ? 'blank' : undefined;
}

export interface RenderedReply {
  readonly text: string;
  /** Variables without a value and without other words. */
  readonly missing: readonly ReplyVariable[];
}

/** Fills a text, once: what a customer calls themselves is never read as a variable. */
export function renderReply(text: string, values: ReplyValues): RenderedReply {
  const missing = new Set<ReplyVariable>();
  const filled = text.replace(VARIABLE, (written: string, variable: string, instead?: string) => {
    const name = variable.trim();
    const value = isVariable(name) ? (values[name] ?? instead) : undefined;
    if (value === undefined && isVariable(name)) missing.add(name);
    return value ?? written;
  });
  return { text: filled, missing: [...missing] };
}
