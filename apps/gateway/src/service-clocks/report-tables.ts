import { type BacklogView, type ServiceReportGroup, type ServiceReportView } from '#contracts';
import { type Cell } from './csv.js';
import { type Tabulated } from './report-forms.js';

const waitKinds = ['firstResponse', 'nextResponse', 'resolution'] as const;
const waitTimes = ['calendar', 'business'] as const;
const measures = ['n', 'meanSeconds', 'medianSeconds', 'p90Seconds'] as const;
const clocks = ['all', 'firstResponse', 'nextResponse', 'update', 'resolution'] as const;
const verdicts = ['onTime', 'breached', 'percent'] as const;
const shares = ['oneTouch', 'reopened'] as const;
const shared = ['of', 'count', 'pending', 'percent'] as const;

/** Columns are called as the members of the JSON, with dots between. */
const columns: readonly (readonly [name: string, of: (group: ServiceReportGroup) => Cell])[] = [
  ['key', ({ key }) => key],
  ['label', ({ label }) => label],
  ['opened', ({ opened }) => opened],
  ...waitKinds.flatMap((kind) =>
    waitTimes.flatMap((time) =>
      measures.map(
        (each) => [`${kind}.${time}.${each}`, (group: ServiceReportGroup) => group[kind][time][each]] as const,
      ),
    ),
  ),
  ...clocks.flatMap((kind) =>
    verdicts.map(
      (each) => [`compliance.${kind}.${each}`, (group: ServiceReportGroup) => group.compliance[kind][each]] as const,
    ),
  ),
  ...shares.flatMap((share) =>
    shared.map((each) => [`${share}.${each}`, (group: ServiceReportGroup) => group[share]?.[each] ?? null] as const),
  ),
];

export const serviceTable: Tabulated<ServiceReportView> = {
  tableOf: ({ groups }) => [
    columns.map(([name]) => name),
    ...groups.map((group) => columns.map(([, of]) => of(group))),
  ],
  namedOf: ({ by, from, to, at, position }) => [
    ...['service-by', by, 'from', from, 'to', to, 'at', at, 'position', position],
  ],
};

export const backlogTable: Tabulated<BacklogView> = {
  tableOf: ({ groups }) => [
    ['key', 'conversations', 'snoozed', 'breached', 'oldestWaitingSince'],
    ...groups.map((group) => [
      ...[group.key, group.conversations, group.snoozed, group.breached, group.oldestWaitingSince],
    ]),
  ],
  namedOf: ({ by, asOf, position }) => ['backlog-by', by, 'at', asOf, 'position', position],
};
