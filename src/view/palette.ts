/**
 * Colours of owners. Hues follow Okabe and Ito's set, which people with any of the usual colour vision deficiencies
 * tell apart; each is the nearest of the terminal's 256, and the letters always say the same.
 */

/** A colour pair: numbers of the terminal's 256-colour table; `rgbOf` gives them to SVG. */
export interface Paint {
  /** Foreground, 0 to 255. */
  readonly fg: number;
  /** Background; undefined leaves the terminal's own. */
  readonly bg?: number;
  /** Foreground of the many letters in cells, so that labels stand out among them; `fg` when absent. */
  readonly quiet?: number;
  readonly bold?: boolean;
  /** The hue is in the foreground only: memory that is there but not in use. */
  readonly hollow?: boolean;
}

const BLACK = 16;
const WHITE = 231;

export const BLUE: Paint = { fg: WHITE, bg: 25, quiet: 110 };
export const SKY: Paint = { fg: BLACK, bg: 74, quiet: 24 };
export const GREEN: Paint = { fg: BLACK, bg: 36, quiet: 22 };
export const TEAL: Paint = { fg: BLACK, bg: 116, quiet: 66 };
export const GREY: Paint = { fg: WHITE, bg: 240, quiet: 250 };
export const DARK: Paint = { fg: 245, bg: 235 };
export const WARNING: Paint = { fg: WHITE, bg: 160 };
export const MIXED: Paint = { fg: BLACK, bg: 253 };

/** Device owners take these in address order, so that neighbours differ. */
export const DEVICE_PAINTS: readonly Paint[] = [
  { fg: BLACK, bg: 214, quiet: 94 },
  { fg: BLACK, bg: 175, quiet: 89 },
  { fg: WHITE, bg: 166, quiet: 223 },
  { fg: BLACK, bg: 227, quiet: 100 },
  { fg: WHITE, bg: 96, quiet: 182 },
  { fg: BLACK, bg: 180, quiet: 94 },
];

/** The hollow form, for memory that is there but not in use: the hue as letters instead of ground. */
export function hollow(paint: Paint): Paint {
  return { fg: paint.bg === 25 ? 75 : (paint.bg ?? paint.fg), bg: 235, hollow: true };
}

/** The same paint for letters that fill cells. */
export function quiet(paint: Paint): Paint {
  return paint.quiet === undefined ? paint : { ...paint, fg: paint.quiet };
}

/** `text` in a paint, as an ANSI sequence that ends by resetting everything. */
export function paintText(text: string, paint: Paint): string {
  const codes = paint.bold === true ? ['1', `38;5;${paint.fg}`] : [`38;5;${paint.fg}`];
  if (paint.bg !== undefined) codes.push(`48;5;${paint.bg}`);
  return `\u001b[${codes.join(';')}m${text}\u001b[0m`;
}

const BASIC = [
  '#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5',
  '#666666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff',
];

/** The RGB value of one of the terminal's 256 colours: 16 basic ones, a cube of six levels, 24 greys. */
export function rgbOf(colour: number): string {
  if (colour < 16) return BASIC[colour] ?? '#000000';
  if (colour >= 232) {
    const grey = (8 + (colour - 232) * 10).toString(16).padStart(2, '0');
    return `#${grey}${grey}${grey}`;
  }
  const level = (step: number): string => (step === 0 ? 0 : 55 + step * 40).toString(16).padStart(2, '0');
  const index = colour - 16;
  return `#${level(Math.floor(index / 36))}${level(Math.floor(index / 6) % 6)}${level(index % 6)}`;
}
