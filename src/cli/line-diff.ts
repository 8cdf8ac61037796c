/** A small line diff for expected and actual output. */

export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Comparisons made before the middle is simply shown as removed and added. */
const CELL_LIMIT = 250_000;

/** Longest-common-subsequence diff; common head and tail cost nothing. Spaces at line ends count for nothing. */
export function diffLines(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  const same = (a: number, b: number): boolean => expected[a]!.trimEnd() === actual[b]!.trimEnd();
  let head = 0;
  while (head < expected.length && head < actual.length && same(head, head)) head++;
  let tail = 0;
  const most = Math.min(expected.length, actual.length) - head;
  while (tail < most && same(expected.length - 1 - tail, actual.length - 1 - tail)) tail++;

  const common = (text: string): DiffLine => ({ sign: ' ', text });
  const removed = expected.slice(head, expected.length - tail);
  const added = actual.slice(head, actual.length - tail);
  const changed =
    removed.length * added.length <= CELL_LIMIT
      ? middle(removed, added)
      : [
          ...removed.map((text): DiffLine => ({ sign: '-', text })),
          ...added.map((text): DiffLine => ({ sign: '+', text })),
        ];
  return [...actual.slice(0, head).map(common), ...changed, ...actual.slice(actual.length - tail).map(common)];
}

function middle(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  const width = actual.length + 1;
  const length = new Uint32Array((expected.length + 1) * width);
  const same = (a: number, b: number): boolean => expected[a]!.trimEnd() === actual[b]!.trimEnd();
  for (let a = expected.length - 1; a >= 0; a--) {
    for (let b = actual.length - 1; b >= 0; b--) {
      length[a * width + b] = same(a, b)
        ? length[(a + 1) * width + b + 1]! + 1
        : Math.max(length[(a + 1) * width + b]!, length[a * width + b + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let a = 0;
  let b = 0;
  while (a < expected.length || b < actual.length) {
    if (a < expected.length && b < actual.length && same(a, b)) {
      lines.push({ sign: ' ', text: actual[b]! });
      a++;
      b++;
    } else if (
      b >= actual.length ||
      (a < expected.length && length[(a + 1) * width + b]! >= length[a * width + b + 1]!)
    ) {
      lines.push({ sign: '-', text: expected[a++]! });
    } else {
      lines.push({ sign: '+', text: actual[b++]! });
    }
  }
  return lines;
}

/** Takes `...` out of a diff: added lines beside it are what it stands for. */
export function withoutWildcards(lines: readonly DiffLine[]): DiffLine[] {
  const kept: DiffLine[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && lines[end]!.sign !== ' ') end++;
    const hunk = lines.slice(at, end);
    const rest = hunk.filter((line) => !(line.sign === '-' && line.text === '...'));
    const covered = rest.length < hunk.length;
    for (const line of rest) kept.push(covered && line.sign === '+' ? { sign: ' ', text: line.text } : line);
    if (end < lines.length) kept.push(lines[end]!);
    at = end + 1;
  }
  return kept;
}

/** Drops equal lines farther than `context` from a change; a run dropped becomes one line naming its length. */
export function withContext(lines: readonly DiffLine[], context = 2): (DiffLine | { readonly skipped: number })[] {
  const near = new Array<boolean>(lines.length).fill(false);
  lines.forEach((line, at) => {
    if (line.sign === ' ') return;
    for (let close = Math.max(0, at - context); close <= Math.min(lines.length - 1, at + context); close++)
      near[close] = true;
  });
  const kept: (DiffLine | { skipped: number })[] = [];
  lines.forEach((line, at) => {
    if (near[at]) kept.push(line);
    else {
      const last = kept.at(-1);
      if (last !== undefined && 'skipped' in last) last.skipped++;
      else kept.push({ skipped: 1 });
    }
  });
  return kept;
}
