import { type Inbound, type Relay, TIMESTAMP_SETTING } from '#platform/bus';
import { type ProjectionHost } from '#platform/projections';
import { type ReactionHost } from '#platform/reactions';
import { type WatchedInbound } from './inbound/begin-inbound.js';
import { type Installation } from './installation.js';
import { type ReadinessCheck } from './messages/readiness-check.port.js';

/** What `/readyz` asks: can events be stored, and, where this process feeds them, are the read models fed. */
export function readinessChecks({ store, readModels }: Installation, host?: ProjectionHost): readonly ReadinessCheck[] {
  const checks: ReadinessCheck[] = [
    {
      name: 'event-store',
      check: () => store.checkWritable(),
    },
    {
      name: 'read-models',
      check: async () => {
        await readModels.appliedPosition('timeline');
      },
    },
  ];
  if (host) checks.push({ name: 'projections', check: () => healthy(host) });
  return checks;
}

/** One that stands by is ready: it takes over in time. Not ready before the watchdog ends it: whoever looks sees why. */
export const relayChecks = (
  { store, config }: Pick<Installation, 'store' | 'config'>,
  relay: Relay,
  inbound?: WatchedInbound,
): readonly ReadinessCheck[] => [
  { name: 'event-store', check: async () => void (await store.head()) },
  { name: 'relay', check: () => moves(relay.health(), config.stalledAfterMs) },
  ...(inbound
    ? [
        { name: 'inbound', check: () => moves(inbound.health(), config.stalledAfterMs) },
        { name: 'inbound-topic', check: () => isStampedByBrokers(inbound.watch) },
      ]
    : []),
];

/** By a sender's clock nobody knows what was written before an erasure: who came back is refused. Whatever else has drifted, the metrics and the log tell. */
function isStampedByBrokers({ drifts }: WatchedInbound['watch']): Promise<void> {
  const drift = drifts()?.find(({ setting }) => setting === TIMESTAMP_SETTING);
  if (!drift) return Promise.resolve();
  return Promise.reject(new Error(`${drift.setting} is ${drift.is}, has to be ${drift.should}`));
}

function moves(
  { state, error, behind, lastProgressAt }: ReturnType<Relay['health'] | Inbound['health']>,
  stalledAfterMs: number,
): Promise<void> {
  const silentMs = Date.now() - lastProgressAt;
  if (behind && silentMs > stalledAfterMs / 2)
    return Promise.reject(new Error(error ?? `nothing has moved for ${String(silentMs)} ms`));
  return state === 'running' || state === 'standby' ? Promise.resolve() : Promise.reject(new Error(error ?? state));
}

/** Where this process runs the reactions: that none stands still until somebody acts. */
export const reactionCheck = (host: ReactionHost): ReadinessCheck => ({
  name: 'reactions',
  check: () => {
    const { ok, reactions } = host.health();
    const troubled = reactions.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
    return ok ? Promise.resolve() : Promise.reject(new Error(troubled.join('; ')));
  },
});

function healthy(host: ProjectionHost): Promise<void> {
  const { ok, lanes, errors } = host.health();
  if (ok) return Promise.resolve();
  const troubled = lanes.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  const others = Object.entries(errors).map((pair) => pair.join(': '));
  return Promise.reject(new Error([...troubled, ...others].join('; ') || 'a projection stands still'));
}
