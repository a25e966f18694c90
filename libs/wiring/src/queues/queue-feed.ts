import { teamOwner } from '#contracts';
import { type Installation } from '../installation.js';
import { type QueueFeed } from '../messages/queue-feed.port.js';
import { queueMark } from './queue-page.js';

/** The live queue of an installation: what is told of days is told by its time zone, unless somebody says otherwise. */
export const queueFeed = (installation: Installation): QueueFeed => ({
  now: () => installation.queueFeed.now(),
  since: (position, by) => queueMark(installation.queues, position, by),
  follow: (selection, from, signal) =>
    installation.queueFeed.follow({ selection: { timeZone: installation.timeZone, ...selection }, from, signal }),
  counts: ({ team, channel, withinSeconds, timeZone = installation.timeZone }, self, signal) =>
    installation.liveCounts.follow({
      filter: {
        timeZone,
        ...(team !== undefined && { team }),
        ...(channel !== undefined && { channel }),
        ...(withinSeconds !== undefined && { withinSeconds }),
      },
      ...{ self, owners: [self, ...(team === undefined ? [] : [teamOwner(team)])], signal },
    }),
});
