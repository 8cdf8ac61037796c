/** JSON as the json-c library prints it in its pretty form, with the numbers ndctl and daxctl write for people. */

/** A value whose text is already settled: a size or an address for people. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue = string | number | bigint | boolean | JsonText | readonly JsonValue[] | JsonObject;

/** Keys come out in the order they were put in. */
export interface JsonObject {
  [key: string]: JsonValue;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quoted(text: string): string {
  const control = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // oxlint-disable-next-line no-control-regex
  return `"${text.replace(/["\\/\u0000-\u001f]/g, (c) => ESCAPES[c] ?? control(c))}"`;
}

/** A value as `json_object_to_json_string_ext` with JSON_C_TO_STRING_PRETTY prints it, without a last newline. */
export function jsonPretty(value: JsonValue, indent = ''): string {
  if (value instanceof JsonText) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = (value as readonly JsonValue[]).map((item) => `${inner}${jsonPretty(item, inner)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value as JsonObject);
  if (entries.length === 0) return '{}';
  const fields = entries.map(([key, field]) => `${inner}${quoted(key)}:${jsonPretty(field, inner)}`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** A list as the tools show it: one object alone loses its brackets where people read. */
export function displayJsonArray(items: readonly JsonValue[], human: boolean): string {
  const [only] = items;
  if (only !== undefined && items.length === 1 && human) return `${jsonPretty(only)}\n`;
  return `${jsonPretty(items)}\n`;
}
