import { setMaxListeners } from 'node:events';
import { Holder } from '#platform/consumers';
import { checkReaction } from './begin-reaction.js';
import { type RunnableReaction } from './execute-command.js';
import { ReactionConsumer, type ReactionHealth, type ReactionParts } from './reaction-consumer.js';
import { defaultSettings, type ReactionSettings } from './settings.js';

export interface ReactionHostParts extends ReactionParts {
  readonly settings?: Partial<ReactionSettings>;
}

export interface ReactionHost {
  /** Not ok: a reaction stands still until somebody acts, or newer code comes. */
  health(): { readonly ok: boolean; readonly reactions: readonly ReactionHealth[] };
  /** Finishes what is being done, gives the leases back, resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Runs reactions until it is stopped, each wherever no other process does. */
export function startReactions(parts: ReactionHostParts, runnables: readonly RunnableReaction[]): ReactionHost {
  for (const { reaction } of runnables) checkReaction(reaction);
  if (new Set(runnables.map(({ reaction }) => reaction.name)).size < runnables.length)
    throw new Error('a reaction is listed twice');
  const settings = { ...defaultSettings, ...parts.settings };
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const shared = { ...settings, holder: new Holder() };
  const consumers = runnables.map((runnable) => new ReactionConsumer(runnable, parts, shared));
  const running = consumers.map((consumer) => consumer.run(stopping.signal));
  return {
    health: () => {
      const reactions = consumers.map(({ health }) => health);
      return { ok: reactions.every(({ state }) => state !== 'failed' && state !== 'paused'), reactions };
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
