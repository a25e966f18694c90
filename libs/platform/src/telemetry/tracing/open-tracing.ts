import { type Tracing, type TracingSettings } from './tracing.port.js';

/** Without settings there is no tracing, and not one module of OpenTelemetry is loaded: that alone takes 60 ms and 20 MB. */
export async function openTracing(settings: TracingSettings | undefined): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { startOtlpTracing } = await import('./otlp-tracing.js');
  return startOtlpTracing(settings);
}
