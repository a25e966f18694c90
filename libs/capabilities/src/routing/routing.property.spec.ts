import { agentStream, type RoutingData, routingStream, teamStream } from '#contracts';
import { type RecordedEvent } from '#kernel';
import fc from 'fast-check';
import { type RoutingInput } from './evolve-routing.js';
import { noon } from './fixtures/any-routing.js';
import { planRouting } from './plan-routing.js';
import { routing, type RouteConversation } from './routing.reaction.js';
import { allItems, itemIn } from './routing-items.js';
import { routingPieces } from './routing-pieces.js';
import { noRouting, type RoutingState } from './routing-state.js';

const agents = ['user:a', 'user:b'];
const LIMIT = 2;

/** A conversation as it is, which routing learns of later. */
interface Truth {
  version: number;
  ours: boolean;
  agent: string | null;
}

type Trigger = { readonly event: RoutingInput } | { readonly at: number };

/** The log, what is on its way into it, and what is on its way out of it: all of it may be late, none of it is lost. */
class World {
  state: RoutingState = noRouting;
  now = noon;
  readonly truths = new Map<string, Truth>();
  readonly triggers: Trigger[] = [];
  readonly issued: RouteConversation[] = [];
  /** As they are stored. */
  readonly pieces = new Map<string, string>();
  readonly #commands: RouteConversation[] = [];
  readonly #tellings: { readonly id: string; readonly truth: Truth }[] = [];
  #wakeAt: number | undefined;
  #position = 0n;

  open(id: string): void {
    if (this.truths.has(id)) return;
    this.#change(id, { version: 0, ours: true, agent: null });
  }

  /** Somebody who is not routed to takes it, or gives it up again. */
  take(id: string): void {
    const truth = this.truths.get(id);
    if (truth?.ours !== true || (truth.agent !== null && truth.agent !== 'user:stranger')) return;
    this.#change(id, { ...truth, agent: truth.agent === null ? 'user:stranger' : null });
  }

  resolve(id: string): void {
    const truth = this.truths.get(id);
    if (truth?.ours === true) this.#change(id, { ...truth, ours: false });
  }

  /** The next thing that is to be told of conversations is. */
  tell(): boolean {
    const next = this.#tellings.shift();
    if (!next) return false;
    const { id, truth } = next;
    const { version, agent } = truth;
    const since = new Date(noon).toISOString();
    if (!truth.ours) this.#log(id, 'routing.item_left', { version });
    else
      this.#log(id, 'routing.item_changed', {
        ...{ version, team: 'front', channel: 'chat', priority: 'normal', since },
        ...(agent !== null && { agent }),
      });
    return true;
  }

  /** The next command is done, unless the conversation is otherwise. */
  dispatch(): boolean {
    const command = this.#commands.shift();
    if (!command) return false;
    const { conversationId: id, agent } = command;
    const truth = this.truths.get(id);
    if (!truth) throw new Error(`${id} was never opened`);
    const notDone = (reason: 'taken' | 'changed') =>
      this.#log(id, 'routing.not_done', { agent, act: 'assign', reason, decision: id });
    if (!truth.ours) notDone('changed');
    else if (command.type === 'Return') {
      if (truth.agent === agent) this.#route(id, { ...truth, agent: null }, command);
      else notDone('changed');
    } else if (truth.agent !== null) notDone('taken');
    else if (command.type === 'Assign') this.#route(id, { ...truth, agent }, command);
    return true;
  }

  passTime(ms: number): void {
    this.now += ms;
    for (let due = this.#wakeAt; due !== undefined && due < this.now; due = this.#wakeAt) {
      this.#wakeAt = undefined;
      this.#react({ at: due });
    }
  }

  say(type: 'agent.availability_changed' | 'agent.configured' | 'team.configured', stream: string, data: object): void {
    this.#append(type, stream, data);
  }

  #route(id: string, truth: Truth, command: RouteConversation): void {
    const { version } = this.#change(id, truth);
    const { agent } = command;
    if (command.type === 'Assign') this.#log(id, 'routing.assigned', { version, agent, why: command.why });
    else this.#log(id, 'routing.returned', { version, agent });
  }

  #change(id: string, changed: Truth): Truth {
    const truth = { ...changed, version: changed.version + 1 };
    this.truths.set(id, truth);
    this.#tellings.push({ id, truth });
    return truth;
  }

  #log<Type extends keyof RoutingData>(id: string, type: Type, data: RoutingData[Type]): void {
    this.#append(type, routingStream(id), data);
  }

  #append(type: string, stream: string, data: object): void {
    this.#position += 1n;
    this.passTime(1);
    const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
    const event: RecordedEvent = {
      ...{ id: String(this.#position), type, stream, data, meta, key: 'c', schemaVersion: 1, version: 1 },
      ...{ occurredAt: this.now, recordedAt: this.now, position: this.#position },
    };
    this.#react({ event: event as RoutingInput });
  }

  #react(trigger: Trigger): void {
    this.triggers.push(trigger);
    const { state, commands = [], set, cancelled } = react(this.state, trigger);
    for (const [name, piece] of routingPieces.changed(this.state, state))
      if (piece === undefined) this.pieces.delete(name);
      else this.pieces.set(name, JSON.stringify(piece));
    this.state = state;
    this.issued.push(...commands);
    this.#commands.push(...commands);
    if (cancelled) this.#wakeAt = undefined;
    for (const { dueAt } of set ?? []) this.#wakeAt = dueAt;
  }
}

const react = (state: RoutingState, trigger: Trigger) => {
  if ('at' in trigger) return routing.due(state, { name: 'wake', at: trigger.at }, 'routing');
  // The handlers of all types are one.
  return routing.when['routing.item_left'](state, trigger.event as never, 'routing');
};

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

const ids = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6'];
const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  fc.constantFrom(...ids).map((id) => (world: World) => world.open(id)),
  fc.constantFrom(...ids).map((id) => (world: World) => world.take(id)),
  fc.constantFrom(...ids).map((id) => (world: World) => world.resolve(id)),
  fc
    .tuple(fc.constantFrom(...agents), fc.constantFrom('online', 'online', 'away', 'away_and_reassign'))
    .map(([agent, availability]) => (world: World) => {
      world.say('agent.availability_changed', agentStream(agent), { by: agent, availability });
    }),
  fc.constant((world: World) => void world.tell()),
  fc.constant((world: World) => void world.tell()),
  fc.constant((world: World) => void world.dispatch()),
  fc.constant((world: World) => void world.dispatch()),
  fc.constant((world: World) => world.passTime(40_000)),
);

const roomIsKept = (world: World): void => {
  for (const agent of agents) {
    const had = [...world.truths.values()].filter((truth) => truth.ours && truth.agent === agent);
    expect(had.length).toBeLessThanOrEqual(LIMIT);
  }
};

it('whatever is late: room is kept, whoever took something has it, nobody waits whom somebody could have, and it is the same again', () => {
  let assigned = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 80 }), (steps) => {
      const world = new World();
      world.say('team.configured', teamStream('front'), {
        by: 'user:l',
        settings: { strategy: 'balanced', members: agents },
      });
      for (const agent of agents) {
        world.say('agent.configured', agentStream(agent), { by: 'user:l', settings: { capacity: [{ limit: LIMIT }] } });
        world.say('agent.availability_changed', agentStream(agent), { by: agent, availability: 'online' });
      }
      for (const each of steps) {
        each(world);
        roomIsKept(world);
      }
      // Everything arrives, and what was put aside is taken up again.
      for (let round = 0; round < 4; round++) {
        while (world.tell() || world.dispatch()) roomIsKept(world);
        world.passTime(61_000);
      }
      while (world.tell() || world.dispatch()) roomIsKept(world);
      for (const [id, { ours, agent }] of world.truths)
        expect(itemIn(world.state.items, id)).toEqual(
          ours ? expect.objectContaining({ agent, pending: null, left: false }) : undefined,
        );
      expect(planRouting(world.state, world.now, 100)).toEqual([]);
      assigned += world.issued.length;

      const stored = [...world.pieces].map(([name, piece]) => [name, JSON.parse(piece) as unknown] as const);
      expect(allItems(routingPieces.joined(stored).items).sort(byId)).toEqual(allItems(world.state.items).sort(byId));
      expect({ ...routingPieces.joined(stored), items: {} }).toEqual({ ...world.state, items: {} });

      let again: RoutingState = noRouting;
      const issuedAgain = world.triggers.flatMap((trigger) => {
        const { state, commands = [] } = react(again, trigger);
        again = state;
        return commands;
      });
      expect(issuedAgain).toEqual(world.issued);
    }),
    { numRuns: 300 },
  );
  expect(assigned).toBeGreaterThan(300);
});
