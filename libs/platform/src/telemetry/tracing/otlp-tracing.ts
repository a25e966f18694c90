import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_NAMESPACE,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import { type FinishedWork, type Traceparent, type Tracing, type TracingSettings } from './tracing.port.js';

/** A flush or a batch has hundreds of events; more links than this say nothing more. */
const MOST_LINKS = 32;
const EXPORT_TIMEOUT_MS = 5_000;
/** Ours; there is no convention for these. */
const ATTR_PROJECTION = 'safar.projection.name';
const ATTR_EVENTS = 'safar.events.count';

/**
 * Spans over OTLP/HTTP, after the semantic conventions. Nothing is registered globally and nothing is instrumented: a span has what
 * is told here, which holds no address, no header, no body and no message of an error. `OTEL_TRACES_SAMPLER`,
 * `OTEL_EXPORTER_OTLP_HEADERS` and the like are read by the SDK.
 */
export function startOtlpTracing(settings: TracingSettings): Tracing {
  const provider = providerFor(settings);
  const tracer = provider.getTracer('safar');
  const finished = (name: string, kind: SpanKind, attributes: Attributes, work: FinishedWork): void => {
    const { startedAt, durationMs, failed, causes } = work;
    const span = tracer.startSpan(
      name,
      { kind, attributes, startTime: startedAt, links: linksTo(causes()) },
      ROOT_CONTEXT,
    );
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(startedAt + durationMs);
  };
  return {
    request: (method, parent) => {
      const attributes = { [ATTR_HTTP_REQUEST_METHOD]: method };
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, contextOf(parent));
      return {
        ...opened(span),
        end: ({ route, status }) => {
          span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
          if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute(ATTR_HTTP_ROUTE, route);
          if (status >= 500)
            span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTR_ERROR_TYPE, String(status));
          span.end();
        },
      };
    },
    command: (name, parent) => {
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL }, contextOf(parent));
      return {
        ...opened(span),
        end: (error) => {
          if (error !== undefined)
            span
              .setStatus({ code: SpanStatusCode.ERROR })
              .setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : typeof error);
          span.end();
        },
      };
    },
    flushed: (work) => {
      const attributes = {
        [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
        [ATTR_DB_OPERATION_NAME]: 'es.append',
        // By convention, a batch of one is none.
        ...(work.events > 1 && { [ATTR_DB_OPERATION_BATCH_SIZE]: work.events }),
      };
      finished('append flush', SpanKind.CLIENT, attributes, work);
    },
    applied: (work) => {
      const attributes = { [ATTR_PROJECTION]: work.projection, [ATTR_EVENTS]: work.events };
      finished(`apply ${work.projection}`, SpanKind.CONSUMER, attributes, work);
    },
    // A collector that is away must not keep a process from ending.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

function providerFor({ endpoint, program }: TracingSettings): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return new NodeTracerProvider({
    // No detectors: they would tell of the machine and the command line.
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: `safar-${program}`, [ATTR_SERVICE_NAMESPACE]: 'safar' }),
    // Full is full: spans that find no place are dropped, requests do not wait for them.
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 4_096 })],
  });
}

function opened(span: Span): { readonly traceId: string; readonly traceparent: Traceparent } {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}` };
}

const shape = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

function spanContextOf(traceparent: Traceparent) {
  const [, traceId, spanId, flags] = shape.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

function contextOf(parent: Traceparent | undefined): Context {
  const spanContext = parent === undefined ? undefined : spanContextOf(parent);
  return spanContext === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

function linksTo(causes: Iterable<Traceparent>): Link[] {
  const links: Link[] = [];
  const seen = new Set<Traceparent>();
  for (const cause of causes) {
    if (seen.has(cause)) continue;
    seen.add(cause);
    const context = spanContextOf(cause);
    if (context !== undefined) links.push({ context });
    if (links.length === MOST_LINKS) break;
  }
  return links;
}
