import { setTimeout as sleep } from 'node:timers/promises';
import { timeline } from '#capabilities';
import { openTimeline } from './open-timeline.js';
import { startProjections } from '#platform/projections';

/**
 * Feeds the timeline of an empty log until its table is complete: a read model that is being filled for the first time is
 * written in another way than one that follows the log, and it is the latter that `live` means.
 */
export async function beginTimeline(url: string): Promise<void> {
  const parts = await openTimeline(url);
  const host = startProjections({ ...parts, settings: { pollMs: 20 } }, [timeline]);
  while (!(await parts.isFilled())) await sleep(20);
  await host.stop();
  await parts.close();
}
