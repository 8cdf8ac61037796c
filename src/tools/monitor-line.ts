/** How QEMU's monitor cuts a typed line into a command and its arguments. */

/** A word, quoted or not, and where the rest begins; undefined when there is none or its quotes are not closed. */
export function monitorWord(text: string, from: number): { word: string; end: number } | undefined {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  if (at >= text.length) return undefined;
  if (text[at] !== '"') {
    const length = /^\S+/.exec(text.slice(at))![0].length;
    return { word: text.slice(at, at + length), end: at + length };
  }
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\', "'": "'", '"': '"' };
  let word = '';
  for (at++; at < text.length; at++) {
    if (text[at] === '"') return { word, end: at + 1 };
    if (text[at] === '\\') {
      const escaped = escapes[text[++at] ?? ''];
      if (escaped === undefined) return undefined;
      word += escaped;
    } else {
      word += text[at];
    }
  }
  return undefined;
}

/** Whether anything but white space follows. */
export function hasMore(text: string, from: number): boolean {
  return text.slice(from).trim() !== '';
}
