/** Reads JSON as people paste it: comments, `...`, missing or extra commas, patch marks, cut off at either end. */

export type LooseValue = string | number | boolean | null | LooseValue[] | LooseObject;
export interface LooseObject {
  readonly [key: string]: LooseValue | undefined;
}

export interface LooseJson {
  readonly values: LooseValue[];
  /** What was mended, in words, with the line. */
  readonly mended: { readonly line: number; readonly text: string }[];
}

/** Deepest nesting read; deeper input is cut there. */
const MAX_DEPTH = 64;
/** Mended places told. */
const MAX_TOLD = 20;

type Token = {
  readonly kind: '{' | '}' | '[' | ']' | ':' | ',' | 'value';
  readonly value: LooseValue;
  readonly line: number;
};

/** Reads every value of a text; never throws. Linear in the text. */
export function parseLooseJson(text: string): LooseJson {
  const mended: { line: number; text: string }[] = [];
  const told = (line: number, what: string): void => {
    if (mended.length < MAX_TOLD) mended.push({ line, text: what });
  };
  const tokens = tokenize(text, told);
  const values: LooseValue[] = [];
  const stack: { list?: LooseValue[]; object?: Map<string, LooseValue>; key?: string | undefined; line: number }[] = [];
  const close = (): LooseValue => {
    const top = stack.pop() as (typeof stack)[number];
    return top.list ?? (Object.fromEntries(top.object as Map<string, LooseValue>) as LooseObject);
  };
  const put = (value: LooseValue): void => {
    const top = stack.at(-1);
    if (top === undefined) values.push(value);
    else if (top.list !== undefined) top.list.push(value);
    else if (top.key !== undefined) {
      top.object?.set(top.key, value);
      top.key = undefined;
    } else if (typeof value === 'string') top.key = value;
    else told(top.line, 'a value without a key');
  };
  let line = 1;
  for (const token of tokens) {
    line = token.line;
    if (token.kind === '{' || token.kind === '[') {
      if (stack.length >= MAX_DEPTH) {
        told(line, `nested deeper than ${MAX_DEPTH} levels`);
        break;
      }
      stack.push(token.kind === '[' ? { list: [], line } : { object: new Map(), line });
    } else if (token.kind === '}' || token.kind === ']') {
      const wanted = token.kind === ']';
      // The start may have been cut off: a close without its open ends nothing.
      if (!stack.some((one) => (one.list !== undefined) === wanted)) {
        told(line, `\`${token.kind}\` closes nothing`);
        continue;
      }
      while ((stack.at(-1)?.list !== undefined) !== wanted) {
        told(line, 'a bracket was never closed');
        put(close());
      }
      put(close());
    } else if (token.kind === 'value') {
      put(token.value);
    } else if (token.kind === ',') {
      const top = stack.at(-1);
      if (top?.object !== undefined) top.key = undefined;
    }
  }
  if (stack.length > 0) told(line, 'the text is cut off');
  while (stack.length > 0) put(close());
  return { values, mended };
}

/** One of: line end, comma, mark, string (closed or not), number, word, remark, any other character. */
const TOKEN = [
  /(\n)/,
  /[ \t\r,]*(,)[ \t\r]*|[ \t\r]+/,
  /([{}[\]:])/,
  /"((?:[^"\\\n]|\\.)*)"?/,
  /(-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))/,
  /\b(true|false|null)\b/,
  /(?:#|\/\/|<--|\.\.\.|…)([^\n]*)/,
  /([^\n]?)/,
]
  .map(({ source }) => source)
  .join('|');

function* tokenize(text: string, told: (line: number, what: string) => void): Generator<Token> {
  let line = 1;
  let unreadable = -1;
  const pattern = new RegExp(TOKEN, 'giy');
  for (let match = pattern.exec(text); match !== null && match[0] !== ''; match = pattern.exec(text)) {
    const [, newline, comma, mark, string, number, word, comment, other] = match;
    if (newline !== undefined) line += 1;
    else if (comma !== undefined) yield { kind: ',', value: null, line };
    else if (mark !== undefined) yield { kind: mark as Token['kind'], value: null, line };
    else if (string !== undefined) yield { kind: 'value', value: unescape(string), line };
    else if (number !== undefined) yield { kind: 'value', value: Number(number), line };
    else if (word !== undefined)
      yield { kind: 'value', value: word.toLowerCase() === 'null' ? null : word.toLowerCase() === 'true', line };
    else if (comment !== undefined) told(line, `\`${match[0].trim().slice(0, 40)}\` is taken as a remark`);
    else if (other !== undefined && !'>|+-'.includes(other) && unreadable !== line) {
      unreadable = line;
      told(line, `unreadable from \`${other}\``);
    }
  }
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
}
