import { busConformance } from '../bus.conformance.js';
import { openMemoryBus } from './memory-bus.js';

busConformance('the bus in memory', () => {
  const topics: Record<string, number> = Object.fromEntries(
    [1, 2, 3].flatMap((partitions) =>
      Array.from({ length: 9 }, (_, n) => [`t${String(partitions)}-${String(n)}`, partitions]),
    ),
  );
  let used = 0;
  return Promise.resolve({
    bus: openMemoryBus({ topics }),
    newTopic: (partitions) => Promise.resolve(`t${String(partitions)}-${String(used++)}`),
  });
});
