/** What completing a line gives. */

/** Ways to go on. Each word takes the place of the line from `from` on. */
export interface Completion {
  readonly from: number;
  readonly words: readonly string[];
}

/** Those of the names that begin so. */
export function beginning(names: readonly string[], start: string): string[] {
  return names.filter((name) => name.startsWith(start));
}
