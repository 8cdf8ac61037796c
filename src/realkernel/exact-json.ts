/** JSON whose integers stay exact: QMP deals in 64-bit addresses. */

/** Like JSON.stringify; a bigint is written as the number it is. */
export function writeExactJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(writeExactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeExactJson(member)}`).join(',')}}`;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const SIGN = '\u0000memhp:';

/** Like JSON.parse; an integer that a number cannot hold becomes a bigint. @throws SyntaxError */
export function readExactJson(text: string): unknown {
  const marked = text.replace(TOKEN, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(SIGN + token) : token,
  );
  if (marked === text) return JSON.parse(text);
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(SIGN) ? BigInt(value.slice(SIGN.length)) : value,
  );
}
