/** Backslash escapes as echo -e and printf read them. */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', e: '\x1b',
};

/**
 * Replaces escapes. `\c` ends the text and sets `stopped`. With `zeroOctal` an octal number starts with 0 and has up
 * to three digits more (echo), otherwise up to three digits in all (printf).
 */
export function unescapeText(source: string, zeroOctal: boolean): { text: string; stopped: boolean } {
  let text = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    const next = source[i + 1];
    if (c !== '\\' || next === undefined) {
      text += c;
      continue;
    }
    if (next === 'c') return { text, stopped: true };
    const rest = source.slice(i + 1, i + 5);
    const octal = (zeroOctal ? /^0([0-7]{1,3})/ : /^([0-7]{1,3})/).exec(rest);
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
    const simple = SIMPLE[next];
    if (octal !== null || hex !== null) {
      const [whole, digits] = (octal ?? hex) as unknown as [string, string];
      text += String.fromCharCode(Number.parseInt(digits, octal === null ? 16 : 8) % 256);
      i += whole.length;
    } else if (simple !== undefined) {
      text += simple;
      i++;
    } else if (zeroOctal && next === '0') {
      text += '\0';
      i++;
    } else text += c;
  }
  return { text, stopped: false };
}
