import { type LaneStatus } from '#platform/projections';

type Lane = Pick<LaneStatus, 'name' | 'version' | 'build' | 'filling' | 'eventsBehind' | 'owner' | 'state'>;

/** Of each build that is being filled: what is left over all lanes, where each has its share of the log, and who works on it. */
export function fillingLines(lanes: readonly Lane[]): readonly string[] {
  const builds = new Map<string, Lane[]>();
  for (const lane of lanes.filter(({ filling }) => filling)) {
    const build = `${lane.name} v${String(lane.version)}.${String(lane.build)}`;
    builds.set(build, [...(builds.get(build) ?? []), lane]);
  }
  return [...builds].map(([build, of]) => {
    const left = Math.ceil(of.reduce((sum, { eventsBehind }) => sum + eventsBehind, 0) / of.length);
    return `${build} is being filled by ${workers(of)}: ${left.toLocaleString('en-GB')} events are left.`;
  });
}

/** Owners are consumers, each called after the process and host that it is one of. */
function workers(lanes: readonly Lane[]): string {
  const held = lanes.flatMap(({ owner, state }) => (owner === null || state === 'waiting' ? [] : owner.split('/')[0]));
  const count = new Set(held).size;
  return count === 0 ? 'nobody' : `${String(count)} ${count === 1 ? 'process' : 'processes'}`;
}
