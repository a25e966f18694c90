import { parseArgs } from 'node:util';
import { type Window } from './jobs.js';

/** Those that need nothing beside Node. */
export const usualScenarios = [
  'append',
  'delivery',
  'replay',
  'projection',
  'validate',
  'http',
  'queue',
  'routing',
] as const;
export const scenarioNames = [...usualScenarios, 'kafka'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface Options {
  readonly json: boolean;
  readonly help: boolean;
  readonly rounds: number;
  readonly only: readonly ScenarioName[];
  /** Part of the names of the cells that are measured; nothing: all of them. */
  readonly cells: string;
  readonly window: Window;
  /** Events in the log that is replayed and projected. */
  readonly logEvents: number;
  /** Events in the log of the contestant whose projection takes them one by one. */
  readonly slowLogEvents: number;
  /** How long the writers of the delivery test write. */
  readonly writeMs: number;
  /** After so long a projection is stopped and measured by what it did. */
  readonly projectionMs: number;
  /** Open conversations in the queue. */
  readonly conversations: number;
  /** Touchpoints in a second on their way through Kafka. */
  readonly perSecond: number;
  /** How long the agents look at it, and touchpoints are sent through Kafka. */
  readonly queueMs: number;
  /** Conversations that wait for an agent; each is measured by itself. */
  readonly waiting: readonly number[];
  /** How long agents make room. */
  readonly routingMs: number;
}

export const usage = `npm run bench -- [options]

  --json          results for machines, on standard output
  --rounds N      interleaved rounds (default 5)
  --quick         one short round: does everything run? Its figures mean nothing
  --only LIST     of ${scenarioNames.join(', ')}, separated by commas (default: all but kafka, which needs Java 17 and Maven)
  --cells TEXT    only cells whose name has this in it, as 'one lane'
  --events N      events in the log that is replayed and projected (default 200000)
  --conversations N  open ones in the queue that is looked at, and that there ever were for routing (default 100000)
  --waiting LIST  how many wait for an agent, separated by commas (default 10000,100000)
  --per-second N  touchpoints through Kafka whose way is timed (default 200)

SAFAR_DATABASE_URL  a server to use instead of a temporary one; the user must be able to create databases
`;

const isScenario = (name: string): name is ScenarioName => scenarioNames.some((scenario) => scenario === name);

/** @throws TypeError with a sentence for people. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      cells: { type: 'string', default: '' },
      events: { type: 'string' },
      conversations: { type: 'string' },
      'per-second': { type: 'string' },
      waiting: { type: 'string' },
    },
  });
  const only = values.only.flatMap((list) => list.split(','));
  const unknown = only.find((name) => !isScenario(name));
  if (unknown !== undefined) throw new TypeError(`there is no scenario '${unknown}'`);
  const { quick } = values;
  return {
    json: values.json,
    help: values.help,
    rounds: wholeNumber('--rounds', values.rounds ?? (quick ? '1' : '5')),
    only: only.length === 0 ? usualScenarios : only.filter(isScenario),
    cells: values.cells,
    // Some 150 windows in a full run: this keeps it at about a quarter of an hour. The slowest contestant appends a thousand times while it
    // warms up, which is what its code needs to be compiled.
    window: quick ? { warmUpMs: 200, measureMs: 400 } : { warmUpMs: 1_000, measureMs: 1_500 },
    logEvents: wholeNumber('--events', values.events ?? (quick ? '20000' : '200000')),
    slowLogEvents: quick ? 2_000 : 5_000,
    writeMs: quick ? 500 : 1_000,
    projectionMs: quick ? 1_000 : 4_000,
    conversations: wholeNumber('--conversations', values.conversations ?? (quick ? '2000' : '100000')),
    perSecond: wholeNumber('--per-second', values['per-second'] ?? '200'),
    queueMs: quick ? 500 : 10_000,
    waiting: (values.waiting ?? (quick ? '500' : '10000,100000'))
      .split(',')
      .map((each) => wholeNumber('--waiting', each)),
    routingMs: quick ? 1_000 : 30_000,
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new TypeError(`${name} must be a whole number from 1, not '${text}'`);
  return value;
}
