export { createLogger, type LoggerSettings } from './create-logger.js';
export { prepareLines, type PreparedLine, type PrepareLine } from './prepared-lines.js';
export { createMetrics, type MetricRow, type Metrics } from './metrics/metrics.js';
export { reduceError, type ReducedError } from './reduce-error.js';
export { openTracing } from './tracing/open-tracing.js';
export * from './tracing/tracing.port.js';
