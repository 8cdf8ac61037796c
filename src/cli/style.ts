/** Colours of the program's own text, and the glyphs a locale allows. */

export interface Style {
  bold(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  open(text: string): string;
  kernel(text: string): string;
  hint(text: string): string;
}

/** Escape codes when `color`, else the text alone. */
export function styleOf(color: boolean): Style {
  const ink = (code: string) => (text: string) => (color && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    bold: ink('1'),
    faint: ink('2'),
    good: ink('32'),
    bad: ink('1;31'),
    open: ink('33'),
    kernel: ink('36'),
    hint: ink('1;36'),
  };
}

export interface Glyphs {
  readonly dot: string;
  readonly rule: string;
  readonly dash: string;
  readonly more: string;
}

export function glyphsOf(unicode: boolean): Glyphs {
  return unicode ? { dot: ' · ', rule: '─', dash: '–', more: '…' } : { dot: ', ', rule: '-', dash: '-', more: '...' };
}
