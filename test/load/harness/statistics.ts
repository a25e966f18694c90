/** What several rounds of one measurement came to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The value below which a share of the samples lies, interpolated between neighbours (type 7 of Hyndman and Fan, "Sample
 * Quantiles in Statistical Packages", 1996). NaN without samples.
 */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = Float64Array.from(samples).sort();
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export const spreadOf = (samples: readonly number[]): Spread => ({
  median: median(samples),
  min: quantile(samples, 0),
  max: quantile(samples, 1),
});

/**
 * Ratio of two things that were measured in the same rounds. The quotient is taken inside each round and the median over
 * them: what slows a whole round down (a neighbour on the machine) cancels out, which it does not in a quotient of medians.
 */
export function pairedRatio(
  numerators: ReadonlyMap<number, number>,
  denominators: ReadonlyMap<number, number>,
): Spread | undefined {
  const ratios: number[] = [];
  for (const [round, numerator] of numerators) {
    const denominator = denominators.get(round);
    if (denominator !== undefined && denominator > 0) ratios.push(numerator / denominator);
  }
  return ratios.length === 0 ? undefined : spreadOf(ratios);
}
