import { type Metrics } from '#platform/telemetry';
import { type Bodies } from '../intake/bodies.js';
import { type Admission } from '../limits/admission.js';
import { type LiveStreams } from '../timeline/live-streams.js';

interface Observed {
  readonly admission: Admission;
  readonly streams: LiveStreams;
  readonly bodies: Bodies;
}

/** What the gateway has under way, looked up when somebody asks. */
export function observeGateway(metrics: Metrics, { admission, streams, bodies }: Observed): void {
  metrics.gauge('safar_live_streams_open', 'Live timelines that are open (server-sent events)', () => streams.count);
  metrics.gauge('safar_body_budget_used_bytes', 'Request bodies in memory', () => bodies.budget.used);
  metrics.gauge('safar_body_budget_limit_bytes', 'Most bytes of request bodies in memory', () => bodies.budget.bytes);
  metrics.gauge('safar_writes_in_flight', 'Writes that are worked on', () => admission.state.writes);
  metrics.gauge('safar_writes_limit', 'Writes that may be worked on at present', () => admission.state.limit);
  metrics.gauge(
    'safar_writes_refused_count',
    'Writes refused since the start for want of room, nearly all unread',
    () => admission.state.refused,
  );
}
