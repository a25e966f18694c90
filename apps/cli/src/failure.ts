import { type QueryFailure } from '#wiring/operations';
import { exitCodes, type Ending } from './exit-codes.js';

/** A command cannot do what was asked of it, for a reason that a person can do something about. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  constructor(
    readonly ending: Ending,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

export interface DescribedFailure {
  readonly ending: Ending;
  readonly message: string;
  readonly remedy: string;
}

/** What kinds of errors end with, and what to do about them, by their name. Anything else is a fault of ours or of the machine. */
const known: Readonly<Record<string, { ending: Ending; remedy: string }>> = {
  ImportProblem: { ending: 'usage', remedy: '' },
  ConfigurationError: { ending: 'usage', remedy: '' },
  StoreBusyError: { ending: 'failed', remedy: 'The store has too much to do; try again in a moment.' },
  AppendOutcomeUnknownError: {
    ending: 'failed',
    remedy: 'The connection to the store was lost; run it again, nothing is stored twice.',
  },
  StoreUnavailableError: {
    ending: 'failed',
    remedy: 'Is EventStoreDB running, and is SAFAR_EVENTSTORE_URL right?',
  },
  StoreGuardError: { ending: 'failed', remedy: '' },
  OutputError: { ending: 'failed', remedy: 'Make room, or write to another place.' },
  EmbeddedPostgresStartError: { ending: 'failed', remedy: '' },
  BusGuardError: { ending: 'failed', remedy: '' },
  NoSuchBuildError: { ending: 'notFound', remedy: 'safar projections status shows which builds there are.' },
  UnknownNamesError: { ending: 'usage', remedy: 'Name teams and agents as they were set up; * names all.' },
  NotReadyError: {
    ending: 'failed',
    remedy: 'Wait until it has caught up (safar projections status), or use --force.',
  },
};

export function describeFailure(error: unknown): DescribedFailure {
  if (error instanceof CommandFailure) return { ending: error.ending, message: error.message, remedy: error.remedy };
  if (!(error instanceof Error)) return { ending: 'failed', message: String(error), remedy: ASK_DOCTOR };
  const found = known[error.name];
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : found?.remedy;
  // A guard's message ends with its remedy already.
  const message =
    remedy !== undefined && remedy !== '' && error.message.endsWith(remedy)
      ? error.message.slice(0, -remedy.length).trim()
      : error.message;
  return {
    ending: found?.ending ?? 'failed',
    message: message === '' ? error.name : message,
    remedy: remedy ?? ASK_DOCTOR,
  };
}

const ASK_DOCTOR = 'safar doctor looks for the cause; SAFAR_DEBUG=1 shows where it happened.';

/** Why a query has no answer, in words. */
export function queryFailure(failure: QueryFailure, customer: string): CommandFailure {
  switch (failure.code) {
    case 'customer_not_found':
      return new CommandFailure(
        'notFound',
        `Nobody is known by ${customer}.`,
        'Name a customer id or an identifier as kind:value, for example customer_number:12347 or email:sara@example.com.',
      );
    case 'customer_erased':
      return new CommandFailure(
        'notFound',
        `${customer} was erased on ${new Date(failure.erasedAt).toISOString()}.`,
        'There is nothing left to show; the erasure cannot be undone.',
      );
    case 'ambiguous_identifier':
      return new CommandFailure(
        'usage',
        `Several customers go by ${customer}.`,
        `Name one of them: ${failure.candidates.join(', ')}`,
      );
    case 'not_caught_up':
      return new CommandFailure(
        'failed',
        'The read models have not got there yet.',
        'Try again in a moment; safar projections status shows how far they are.',
      );
    case 'unknown_position':
      return new CommandFailure(
        'failed',
        'The store has not come to this position, or no longer has it.',
        'Begin again without it.',
      );
    case 'invalid_parameters':
      return new CommandFailure(
        'usage',
        failure.errors.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join(' '),
        'See --help.',
      );
  }
}

export const codeOf = (ending: Ending): number => exitCodes[ending].code;
