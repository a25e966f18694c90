import { type Inbound, type Relay, watchdog, type Watched } from '#platform/bus';
import { type ProjectionHost } from '#platform/projections';
import { type ReactionHost } from '#platform/reactions';

/**
 * Resolves when the process was asked to stop.
 * @throws StalledError when nothing has moved for too long although there is something to do
 */
export async function whileItMoves(
  ended: Promise<unknown>,
  look: () => readonly Watched[],
  stalledAfterMs: number,
): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race([ended, watchdog(look, stalledAfterMs, stop.signal)]);
  } finally {
    stop.abort();
  }
}

export const watchRelay = (relay: Relay, inbound?: Inbound) => (): readonly Watched[] => {
  const watched = [{ what: 'the relay', ...relay.health() }];
  if (inbound) watched.push({ what: 'the reader of inbound touchpoints', ...inbound.health() });
  // What somebody has to mend is not mended by a restart.
  return watched.map(({ state, behind, ...rest }) => ({ ...rest, behind: behind && state !== 'failed' }));
};

export const watchReactions = (host: ReactionHost) => (): readonly Watched[] =>
  host.health().reactions.map(({ name, state, behind, lastProgressAt, error }) => ({
    what: `the reaction ${name}`,
    behind: behind && state !== 'failed' && state !== 'paused' && state !== 'superseded',
    ...{ lastProgressAt, error },
  }));

export const watchProjections = (host: ProjectionHost) => (): readonly Watched[] =>
  host.health().lanes.map(({ name, lane, state, behind, lastProgressAt, error }) => ({
    what: `lane ${String(lane)} of ${name}`,
    behind: behind && state !== 'failed' && state !== 'paused',
    ...{ lastProgressAt, error },
  }));
