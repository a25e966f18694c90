// Loaded into the gateway before its own code: answers how late its event loop was since it was last asked.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { isMainThread } = require('node:worker_threads');

// Threads of the gateway load it too: their event loops are their own, and nobody waits for them.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send({ maxMs: delay.max / 1e6, p999Ms: delay.percentile(99.9) / 1e6 });
    delay.reset();
  });
  // Whoever asks must not keep it alive.
  process.channel.unref();
}
