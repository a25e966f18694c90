// For an orchestrator without HTTP probes: ends with 0 when the program beside it is ready.
const port = process.env.SAFAR_INTERNAL_PORT || process.env.SAFAR_HTTP_PORT || '3000';
const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) }).catch(
  () => undefined,
);
process.exitCode = answer?.ok ? 0 : 1;
