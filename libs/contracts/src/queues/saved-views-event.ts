import { type RecordedEvent } from '#kernel';
import { type DtoClass } from '../events/fields/dto-class.js';
import { QueueViewsSavedDto } from './saved-views.dto.js';

/** Its key is its stream: `queue_views-<owner>`. */
export type QueueViewsSaved = RecordedEvent<'queue_views.saved', Readonly<QueueViewsSavedDto>>;

const STREAM = 'queue_views-';
/** Of a person, kind and id; of a team, `team:` and its word. */
export const queueViewsStream = (owner: string): string => `${STREAM}${owner}`;
export const queueViewsOwnerOf = (stream: string): string => stream.slice(STREAM.length);
export const teamOwner = (teamId: string): string => `team:${teamId}`;

const by = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';

/** Each type with its DTO and an example that has all of its members. */
export const queueEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] = [
  [
    'queue_views.saved',
    QueueViewsSavedDto,
    {
      by,
      views: [
        {
          ...{ id: 'late-returns', name: 'مرجوعی‌های دیر' },
          filter: {
            ...{ view: 'at_risk', team: 'returns', agent: 'nobody', channel: 'chat', categories: ['open'] },
            statuses: ['in-repair'],
            ...{ priorities: ['urgent', 'high'], tags: ['damaged'], withinSeconds: 7_200, timeZone: 'Asia/Tehran' },
          },
        },
      ],
    },
  ],
];
