/** The nearest of the valid forms to what was typed. */

/** Number of insertions, deletions and replacements between two short texts. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}

/** The candidate at most a third of its length away, or undefined. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  if (typed.length > 64) return undefined;
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const d = distance(typed, candidate);
    if (d < least && d <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate;
      least = d;
    }
  }
  return best;
}
