/**
 * The same names, beginning with another one each round: nobody always runs on the warm or the worn-out machine. Rounds count
 * from 1.
 */
export function rotated<Name>(names: readonly Name[], round: number): readonly Name[] {
  const first = (round - 1) % Math.max(names.length, 1);
  return [...names.slice(first), ...names.slice(0, first)];
}
