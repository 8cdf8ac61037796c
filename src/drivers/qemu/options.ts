/** QEMU's two option syntaxes: QemuOpts (`-m`, `-device`, `device_add`) and keyval (`-object`, `object_add`). */

/** One `name=value`, with its place in the text. */
export interface QemuOption {
  readonly name: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Text cut at single commas; a doubled comma stands for one comma in a value. */
function pieces(text: string): { text: string; start: number; end: number }[] {
  const found: { text: string; start: number; end: number }[] = [];
  let start = 0;
  let value = '';
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && text[at] !== ',') {
      value += text[at];
    } else if (text[at] === ',' && text[at + 1] === ',') {
      value += ',';
      at++;
    } else {
      found.push({ text: value, start, end: at });
      value = '';
      start = at + 1;
    }
  }
  return found;
}

/**
 * Parses QemuOpts text. The first piece without `=` is the value of `implied`; a later one is a flag:
 * `x` means `x=on`, `nox` means `x=off`.
 */
export function parseQemuOpts(text: string, implied: string | undefined): QemuOption[] {
  const options: QemuOption[] = [];
  if (text === '') return options;
  for (const { text: piece, start, end } of pieces(text)) {
    const equals = piece.indexOf('=');
    if (equals >= 0) {
      options.push({ name: piece.slice(0, equals), value: piece.slice(equals + 1), start, end });
    } else if (options.length === 0 && implied !== undefined) {
      options.push({ name: implied, value: piece, start, end });
    } else if (piece === '') {
      // A trailing comma.
    } else if (piece.startsWith('no')) {
      options.push({ name: piece.slice(2), value: 'off', start, end });
    } else {
      options.push({ name: piece, value: 'on', start, end });
    }
  }
  return options;
}

/** The last value given for a name, as QEMU takes it. */
export function optionValue(options: readonly QemuOption[], name: string): string | undefined {
  return options.findLast((option) => option.name === name)?.value;
}

/** Parses keyval text, or says in QEMU's words what is wrong with it. */
export function parseKeyval(text: string, implied: string): QemuOption[] | string {
  const options: QemuOption[] = [];
  for (let at = 0; at < text.length;) {
    const start = at;
    const stop = text.slice(at).search(/[=,]/);
    const nameEnd = stop < 0 ? text.length : at + stop;
    let name = text.slice(at, nameEnd);
    if (name === '') return "Invalid parameter ''";
    if (text[nameEnd] !== '=') {
      if (start !== 0) return `Expected '=' after parameter '${name}'`;
      options.push({ name: implied, value: name, start, end: nameEnd });
      at = nameEnd + 1;
      continue;
    }
    let value = '';
    for (at = nameEnd + 1; at < text.length; at++) {
      if (text[at] === ',') {
        if (text[at + 1] !== ',') break;
        at++;
      }
      value += text[at];
    }
    options.push({ name, value, start, end: at });
    at++;
  }
  return options;
}

/** Whether QEMU takes the text as an id. */
export function idWellFormed(id: string): boolean {
  return /^[A-Za-z][A-Za-z0-9._-]*$/.test(id);
}
