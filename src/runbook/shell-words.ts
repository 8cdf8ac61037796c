/** Splits machine arguments as a shell would, so that `-device pc-dimm,id=d1` may stand in one YAML string. */

/** Words of a line; single and double quotes and backslashes work as in a shell. An open quote runs to the end. */
export function shellWords(line: string): { text: string; start: number; end: number }[] {
  const words: { text: string; start: number; end: number }[] = [];
  let text = '';
  let start = -1;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (quote === '' && /\s/.test(char)) {
      if (start >= 0) words.push({ text, start, end: at });
      text = '';
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === '\\' && quote !== "'" && at + 1 < line.length) text += line[++at]!;
    else text += char;
  }
  if (start >= 0) words.push({ text, start, end: line.length });
  return words;
}
