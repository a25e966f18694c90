import { createMetrics } from './metrics.js';

describe('the text of the metrics', () => {
  it('is written once for everybody who asks at the same time, and anew for who asks afterwards', async () => {
    const metrics = createMetrics({ ofProcess: false });
    let looked = 0;
    metrics.gauge('safar_looks', 'How often somebody looked', () => ++looked);
    const together = await Promise.all([1, 2, 3].map(() => metrics.exposition()));
    expect(looked).toBe(1);
    expect(new Set(together).size).toBe(1);
    expect(await metrics.exposition()).toContain('safar_looks 2');
  });

  it('is tried anew after a failure', async () => {
    const metrics = createMetrics({ ofProcess: false });
    let looked = 0;
    metrics.beforeExposition(() => {
      if (looked++ === 0) throw new Error('not yet');
    });
    await expect(metrics.exposition()).rejects.toThrow('not yet');
    expect(await metrics.exposition()).toContain('safar_touchpoints_total');
  });
});
