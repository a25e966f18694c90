import {
  channels,
  type ChosenCategory,
  chosenCategories,
  type ConversationKind,
  conversationKinds,
  parseTime,
  priorities,
  type Priority,
  type TouchpointEvent,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { type ConversationCommand } from './conversation-commands.js';
import { textIn } from './open-conversations.port.js';

/** A touchpoint that tells a whole exchange which was had elsewhere: a ticket of another system, with how it stood and when. */
export const PAST_EXCHANGE = 'custom:past_exchange';
/** Who did it is not known here. */
const BY = 'system:import';
/** As many steps as a touchpoint may list. */
const MOST_STEPS = 2_000;

interface Step {
  readonly at: EpochMs;
  readonly category: ChosenCategory;
  readonly status: string;
  readonly team?: string;
  readonly priority?: Priority;
}

type Details = Readonly<Record<string, unknown>>;

export const isPastExchange = (event: TouchpointEvent): boolean => event.data.kind === PAST_EXCHANGE;

export interface PastExchange {
  /** What the other system calls it. */
  readonly exchangeId: string;
  readonly commands: readonly ConversationCommand[];
}

/**
 * What a past exchange was, as commands at the times at which it happened: opened, then each step in the order of time (steps of the same
 * instant in the order of the list). Nothing where it is not told in full: history that is made up in places is worse than none.
 */
export function pastExchange(event: TouchpointEvent, incarnation: number): PastExchange | undefined {
  const { details, channel } = event.data;
  const exchangeId = textIn(details, 'exchangeId');
  const steps = stepsIn(details['steps'], event.recordedAt);
  const [first] = steps ?? [];
  if (exchangeId === null || steps === undefined || first === undefined) return undefined;
  const opened = Math.min(event.occurredAt, first.at);
  return {
    exchangeId,
    commands: [
      {
        ...{ type: 'OpenConversation', at: opened, origin: 'import', customerId: event.key, incarnation, channel },
        subject: lineOf(textIn(details, 'subject') ?? exchangeId),
      },
      {
        type: 'ReceiveMessage',
        at: opened,
        message: {
          messageId: event.id,
          kind: kindIn(details),
          channel: channels.find((each) => each === channel) ?? null,
        },
      },
      ...steps.flatMap(commandsOf),
    ],
  };
}

const kindIn = (details: Details): ConversationKind =>
  conversationKinds.find((kind) => kind === details['openedBy']) ?? 'message';

const commandsOf = ({ at, category, status, team, priority }: Step): readonly ConversationCommand[] => [
  ...(team === undefined ? [] : [{ type: 'Transfer', at, by: BY, team } as const]),
  ...(priority === undefined ? [] : [{ type: 'Prioritise', at, by: BY, priority } as const]),
  { type: 'ChangeStatus', at, by: BY, category, status },
];

function stepsIn(value: unknown, toldAt: EpochMs): readonly Step[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_STEPS) return undefined;
  const steps = value.map((each) => stepOf(each, toldAt));
  // A sort keeps the order of equals.
  return steps.every((step) => step !== undefined) ? steps.sort((one, other) => one.at - other.at) : undefined;
}

/** Nothing of one at a time that no event can have, or that had not come when it was told: what is counted from there would fail. */
function stepOf(value: unknown, toldAt: EpochMs): Step | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const step = value as Details;
  const time = parseTime(textIn(step, 'at') ?? '');
  const category = chosenCategories.find((each) => each === step['category']);
  if ('problem' in time || time.epochMs > toldAt || category === undefined) return undefined;
  const team = codeOf(textIn(step, 'team'));
  const priority = priorities.find((each) => each === step['priority']);
  const status = codeOf(textIn(step, 'status')) ?? category;
  return { at: time.epochMs, category, status, ...(team !== undefined && { team }), ...(priority && { priority }) };
}

const MOST_CODE = 64;

/** A word of another system as one that can stand in a list here: `Awaiting User Info` as `awaiting-user-info`. */
export function codeOf(text: string | null): string | undefined {
  const code = (text ?? '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}._:/]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  return [...code].slice(0, MOST_CODE).join('').replace(/-+$/, '') || undefined;
}

const MOST_SUBJECT = 300;
const lineOf = (text: string): string =>
  [...text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')].slice(0, MOST_SUBJECT).join('');
