/** The command being typed at the end of a line, as far as it goes. */

export interface TypedPart {
  /** Whole words of the command before the one being typed, quotes taken off, redirections left out. */
  readonly before: readonly string[];
  /** The word being typed, without quotes; empty after a blank. */
  readonly word: string;
  /** Where in the line that word begins, after its quote. */
  readonly start: number;
  /** Whether it says where input or output goes. */
  readonly redirected: boolean;
}

/** Words of the shell that a command follows. */
const LEADS = new Set(['!', '{', '(', 'do', 'then', 'else', 'elif', 'if', 'while', 'until']);

/** Reads a line that may end anywhere, within quotes too. Linear in the line. */
export function typedPart(line: string): TypedPart {
  let before: string[] = [];
  let word: string | undefined;
  let start = line.length;
  let redirected = false;
  let quote = '';
  const endWord = (): void => {
    if (word === undefined) return;
    if (!redirected) {
      if (before.length === 0 && (LEADS.has(word) || /^\w+=/.test(word))) before = [];
      else before.push(word);
    }
    word = undefined;
    redirected = false;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const begin = (from: number): void => {
      if (word !== undefined) return;
      word = '';
      start = from;
    };
    if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      begin(at + 1);
      quote = char;
    } else if (char === ' ' || char === '\t') {
      endWord();
    } else if (char === '>' || char === '<') {
      // `2>` names the stream, and is no word.
      if (word !== undefined && /^\d$/.test(word)) word = undefined;
      endWord();
      redirected = true;
    } else if (char === ';' || char === '|' || char === '&' || char === '(') {
      endWord();
      before = [];
      redirected = false;
    } else {
      begin(at);
      if (char === '\\') at++;
      word += line[at] ?? '';
    }
  }
  return { before, word: word ?? '', start: word === undefined ? line.length : start, redirected };
}
