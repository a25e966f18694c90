import { randomUUID } from 'node:crypto';
import {
  conversationClocks,
  policyChanges,
  promises,
  routing,
  routingTurns,
  rules,
  snoozes,
  takeUps,
} from '#capabilities';
import { type Clock, type NewEvent, type Reaction } from '#kernel';
import { type AppendToStore } from '#platform/event-store';
import { runnable, type RunnableReaction } from '#platform/reactions';
import { type Vault } from '#platform/vault';
import { createPassingTeller } from './conversations/tell-passing.js';
import { createTakeUpExecutor } from './conversations/execute-take-up.js';
import { type TakeUpPorts } from './conversations/take-up-touchpoint.js';
import { createRouter } from './routing/route-conversation.js';
import { createRuleExecutor } from './rules/apply-rules.js';
import { createItemTeller } from './routing/tell-item.js';
import { type ApplyPorts, createPolicyApplier } from './service-clocks/apply-policies.js';
import { type ClockBooks } from './service-clocks/clock-books.js';
import { type ClockPorts, createClockExecutor } from './service-clocks/tell-clocks.js';

/** Every reaction. */
export const reactions: readonly Reaction[] = [
  conversationClocks,
  takeUps,
  routingTurns,
  routing,
  policyChanges,
  rules,
  snoozes,
  promises,
];

export type ReactionPorts = ClockPorts &
  ApplyPorts & { readonly conversations: TakeUpPorts; readonly books: ClockBooks };

/** Every reaction, with what does its commands. */
export const runnableReactions = (ports: ReactionPorts): readonly RunnableReaction[] => [
  runnable(conversationClocks, createClockExecutor(ports)),
  runnable(takeUps, createTakeUpExecutor(ports.conversations)),
  runnable(routingTurns, createItemTeller(ports.conversations)),
  runnable(routing, createRouter(ports.conversations)),
  runnable(policyChanges, createPolicyApplier(ports)),
  runnable(rules, createRuleExecutor({ ...ports.conversations, calendars: ports.books })),
  runnable(snoozes, createPassingTeller(ports.conversations)),
  runnable(promises, createPassingTeller(ports.conversations)),
];

const TIME_STREAM = 'time-passing';

/** Moves the log's time on; each is an event of its own, and one too many does no harm. */
export const createPassTime =
  (store: AppendToStore, vault: Pick<Vault, 'digest'>, clock: Clock) => async (): Promise<void> => {
    const id = randomUUID();
    const event: NewEvent = {
      ...{ id, type: 'time.passed', schemaVersion: 1, key: TIME_STREAM, occurredAt: clock.now() },
      data: { reason: 'timer_due' },
      meta: { source: '/safar', correlationId: id, causationId: id },
    };
    const outcome = await store.append({
      appendId: id,
      requestHash: vault.digest('time', id),
      streams: [{ stream: TIME_STREAM, expect: 'any', events: [event] }],
    });
    if (outcome.status !== 'appended' && outcome.status !== 'repeated')
      throw new Error(`that time has passed could not be stored: ${outcome.status}`);
  };
