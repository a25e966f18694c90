import { type TeamEvent, teamIdOf, type TeamSettingsDto } from '#contracts';
import { type Projection } from '#kernel';

export type TeamRow = {
  readonly team_id: string;
  readonly stream: string;
  readonly settings: TeamSettingsDto;
  /** Of the stream, and where its last event stands. */
  readonly version: number;
  readonly last_position: bigint;
};

/** Teams as they are set up: what the list shows, and what the next command is decided by. */
export const teams: Projection<TeamRow, TeamEvent> = {
  name: 'teams',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      team_id: { type: 'text' },
      stream: { type: 'text' },
      settings: { type: 'json' },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['team_id'],
    owner: 'stream',
  },
  keys: ({ stream }) => [[teamIdOf(stream)]],
  when: {
    'team.configured': (_before, { stream, version, position, data: { settings } }) => ({
      team_id: teamIdOf(stream),
      ...{ stream, settings, version, last_position: position },
    }),
  },
};
