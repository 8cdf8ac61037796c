/** Path patterns: `*`, `?`, `[…]` within one component. */

/** A character of a word; a quoted one means only itself. */
export interface GlobChar {
  readonly c: string;
  readonly quoted: boolean;
}

type Element =
  | { readonly kind: 'star' }
  | { readonly kind: 'one'; readonly takes: (c: string) => boolean };

/** Whether anything in it is more than itself: a `[` that is never closed is not. */
export function isPattern(chars: readonly GlobChar[]): boolean {
  return chars.some(
    ({ c, quoted }, i) => !quoted && (c === '*' || c === '?' || (c === '[' && parseSet(chars, i + 1) !== undefined)),
  );
}

interface CharSet {
  readonly takes: (c: string) => boolean;
  /** Index after its `]`. */
  readonly end: number;
}

/** A bracket expression starting after `[`; undefined when it is not closed. */
function parseSet(chars: readonly GlobChar[], start: number): CharSet | undefined {
  let i = start;
  const negated = chars[i] !== undefined && !chars[i]?.quoted && (chars[i]?.c === '!' || chars[i]?.c === '^');
  if (negated) i++;
  const ranges: [from: string, to: string][] = [];
  for (let first = true; ; first = false) {
    const at = chars[i];
    if (at === undefined) return undefined;
    if (at.c === ']' && !at.quoted && !first) break;
    const dash = chars[i + 1];
    const to = chars[i + 2];
    if (dash?.c === '-' && !dash.quoted && to !== undefined && (to.c !== ']' || to.quoted)) {
      ranges.push([at.c, to.c]);
      i += 3;
    } else {
      ranges.push([at.c, at.c]);
      i++;
    }
  }
  const isIn = (c: string): boolean => ranges.some(([from, to]) => from <= c && c <= to);
  return { takes: (c) => isIn(c) !== negated, end: i + 1 };
}

function parsePattern(chars: readonly GlobChar[]): Element[] {
  const elements: Element[] = [];
  for (let i = 0; i < chars.length; ) {
    const { c, quoted } = chars[i] as GlobChar;
    i++;
    if (quoted || (c !== '*' && c !== '?' && c !== '[')) elements.push({ kind: 'one', takes: (other) => other === c });
    else if (c === '*') elements.push({ kind: 'star' });
    else if (c === '?') elements.push({ kind: 'one', takes: () => true });
    else {
      const set = parseSet(chars, i);
      if (set === undefined) elements.push({ kind: 'one', takes: (other) => other === '[' });
      else {
        elements.push({ kind: 'one', takes: set.takes });
        i = set.end;
      }
    }
  }
  return elements;
}

/**
 * A test for names against a pattern. Time is at most the product of both lengths, because only the last star is
 * ever tried again. A leading dot must be matched by a dot.
 */
export function globMatcher(chars: readonly GlobChar[]): (name: string) => boolean {
  const elements = parsePattern(chars);
  const wantsDot = chars[0]?.c === '.';
  return (name) => {
    if (name.startsWith('.') && !wantsDot) return false;
    let at = 0;
    let element = 0;
    let starAt = -1;
    let starElement = -1;
    while (at < name.length) {
      const here = elements[element];
      if (here?.kind === 'star') {
        starElement = element++;
        starAt = at;
      } else if (here?.kind === 'one' && here.takes(name[at] as string)) {
        element++;
        at++;
      } else if (starElement >= 0) {
        element = starElement + 1;
        at = ++starAt;
      } else return false;
    }
    while (elements[element]?.kind === 'star') element++;
    return element === elements.length;
  };
}
