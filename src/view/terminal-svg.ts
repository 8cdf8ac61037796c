/** Turns text with ANSI colours into an SVG picture of a terminal. */

import { parseAnsi, type StyledRun } from './ansi.ts';
import { MONO, element, xmlEscape } from './svg-text.ts';

export interface TerminalOptions {
  /** Shown in the window's bar. */
  readonly title?: string;
  /** Columns of the window; the longest line when absent. Longer lines are cut. */
  readonly columns?: number;
}

const CHAR = 8.4;
const LINE = 19;
const PAD = 16;
const BAR = 34;
const GROUND = '#16181d';
const INK = '#d7dae0';

/** Draws a window with the text in it. Every run is placed by column, so that any monospaced font lines up. */
export function terminalSvg(text: string, options: TerminalOptions = {}): string {
  const lines = parseAnsi(text);
  const longest = lines.reduce((most, runs) => Math.max(most, runs.reduce((sum, run) => sum + run.width, 0)), 20);
  const columns = options.columns ?? longest;
  const width = columns * CHAR + 2 * PAD;
  const height = BAR + lines.length * LINE + PAD;
  const parts = [
    element('rect', { width, height, rx: 9, fill: GROUND }),
    ...['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => element('circle', { cx: 18 + index * 18, cy: 17, r: 5.5, fill })),
  ];
  if (options.title !== undefined) {
    parts.push(
      element('text', { x: width / 2, y: 21, fill: '#8b919c', 'text-anchor': 'middle', 'font-size': 12 }, xmlEscape(options.title)),
    );
  }
  lines.forEach((runs, index) => {
    let column = 0;
    for (const run of runs) {
      const room = columns - column;
      if (room <= 0) break;
      const shown = run.width <= room ? run : { ...run, text: run.text.slice(0, room), width: room };
      parts.push(...drawRun(shown, PAD + column * CHAR, BAR + index * LINE));
      column += shown.width;
    }
  });
  return (
    element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        width,
        height,
        viewBox: `0 0 ${Math.round(width * 10) / 10} ${height}`,
        role: 'img',
        'font-family': MONO,
        'font-size': 14,
      },
      `\n<title>${xmlEscape(options.title ?? 'A terminal')}</title>\n${parts.join('\n')}\n`,
    ) + '\n'
  );
}

function drawRun(run: StyledRun, x: number, y: number): string[] {
  const parts: string[] = [];
  const width = run.width * CHAR;
  const [fg, bg] = run.inverse ? [run.bg ?? GROUND, run.fg ?? INK] : [run.fg ?? INK, run.bg];
  if (bg !== undefined) parts.push(element('rect', { x, y, width, height: LINE, fill: bg }));
  if (run.text.trim() === '') return parts;
  parts.push(
    element(
      'text',
      {
        x,
        y: y + 14,
        fill: fg,
        'xml:space': 'preserve',
        textLength: width,
        lengthAdjust: 'spacingAndGlyphs',
        ...(run.bold ? { 'font-weight': 700 } : {}),
        ...(run.dim ? { opacity: 0.6 } : {}),
        ...(run.underline ? { 'text-decoration': 'underline' } : {}),
      },
      xmlEscape(run.text),
    ),
  );
  return parts;
}
