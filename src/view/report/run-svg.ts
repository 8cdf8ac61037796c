/** Played runbooks as one picture: the commands with their verdicts, and the map before and after. */

import { whyOf } from '../../advise/why/why.ts';
import { printable } from '../../runbook/printable.ts';
import { promptText } from '../../runbook/typed-command.ts';
import { renderSvg } from '../svg.ts';
import { PAPER } from '../svg-sheet.ts';
import { MONO, element, xmlEscape } from '../svg-text.ts';
import { clip, wrapWords } from '../line.ts';
import { bookOf, type Report, type ReportStep } from './report.ts';
import { countsOf, outcomeOf, toneOf, type Tone } from './words.ts';

const MARGIN = 28;
const CHAR = 7.3;
const LINE = 19;
/** Width of the widest map, so that all stand in one column. */
const COLUMNS = 132;
const OUTPUT_LINES = 8;
const LOG_LINES = 4;
/** Commands drawn; a picture has an end. */
const STEP_LIMIT = 100;

const TONES: Readonly<Record<Tone['name'], string>> = {
  good: '#00694a',
  bad: '#a83c00',
  open: '#765000',
  odd: '#86366a',
  expected: '#59636e',
};

/** The picture, black on white. Cost follows what is drawn. */
export function renderSvgReport(reports: readonly Report[], made: string): string {
  const canvas = new Canvas();
  reports.forEach((report, index) => {
    if (index > 0) canvas.rule();
    draw(canvas, report);
  });
  canvas.gap(10);
  canvas.text(`Made by ${made}: nothing was booted.`, { fill: PAPER.pale, 'font-size': 11 });
  return canvas.finish(reports.map(({ title }) => title).join(', ') || 'A run');
}

function draw(canvas: Canvas, report: Report): void {
  const { title, machine, steps, before, after, status } = report;
  for (const row of wrapWords(printable(title), 84, '')) canvas.text(row, { 'font-size': 19, 'font-weight': 700 }, 28);
  const facts = machine.filter(([word]) => word !== 'assumed').map(([word, value]) => (word === 'kernel' ? value : `${word} ${value}`));
  for (const row of wrapWords(printable(facts.join(' · ')), COLUMNS, '  ')) canvas.text(row, { fill: PAPER.pale });
  const outcome = outcomeOf(status);
  const counts = countsOf(steps).map(({ tone, count }) => `${tone.mark} ${count} ${tone.word}`);
  canvas.gap(6);
  canvas.text([outcome.words, ...counts].join('   '), { fill: TONES[outcome.tone], 'font-weight': 700 });
  const options = { label: 'Map of physical memory', book: bookOf(report) };
  const [drawnBefore, drawnAfter] = [renderSvg(before, options), renderSvg(after, options)];
  const isSame = drawnBefore === drawnAfter;
  canvas.heading(isSame ? 'Memory, before and after' : 'Memory before');
  canvas.picture(drawnBefore);
  canvas.heading('Commands');
  steps.slice(0, STEP_LIMIT).forEach((step) => drawStep(canvas, step));
  if (steps.length > STEP_LIMIT) canvas.text(`… ${steps.length - STEP_LIMIT} more commands`, { fill: PAPER.pale });
  if (isSame) return;
  canvas.heading('Memory after');
  canvas.picture(drawnAfter);
}

function drawStep(canvas: Canvas, { run, advice }: ReportStep): void {
  const tone = toneOf(run);
  const head = `${promptText(run.command.prompt)} ${printable(run.command.text)}`;
  canvas.gap(5);
  canvas.verdict(clip(head, COLUMNS - 24, { unicode: true }), `${tone.mark} ${tone.word}`, TONES[tone.name]);
  const few = (lines: readonly string[], most: number, lead: string): void => {
    for (const line of lines.slice(0, most)) canvas.text(clip(`  ${lead}${printable(line)}`, COLUMNS, { unicode: true }), { fill: PAPER.pale });
    if (lines.length > most) canvas.text(`  … ${lines.length - most} more lines`, { fill: PAPER.pale });
  };
  few(run.output, OUTPUT_LINES, '');
  few(run.log.map(({ text }) => text), LOG_LINES, 'kernel ');
  const remarks = [
    ...run.depends.map((reason) => `open  ${reason}`),
    ...(run.decidedBy === undefined ? [] : [`why   ${whyOf(run).sentence}`]),
    ...advice.map(({ text, costs }) => `try   ${text.replaceAll('\n', '; ')}${costs === '' ? '' : `  (${costs})`}`),
  ];
  for (const remark of remarks) {
    for (const row of wrapWords(printable(remark), COLUMNS - 2, '      ')) canvas.text(`  ${row}`, {});
  }
}

/** A sheet that grows downwards; pictures are set into it as they are. */
class Canvas {
  readonly #parts: string[] = [];
  #y = MARGIN;
  #width = MARGIN * 2 + COLUMNS * CHAR;

  text(text: string, attributes: Readonly<Record<string, string | number>>, height = LINE): void {
    this.#write(MARGIN, this.#y + height - 6, text, attributes);
    this.#y += height;
  }

  /** A command, and at the right edge what became of it. */
  verdict(text: string, word: string, colour: string): void {
    const right = MARGIN + COLUMNS * CHAR;
    this.#write(right, this.#y + LINE - 6, word, { fill: colour, 'font-weight': 700, 'text-anchor': 'end' });
    this.text(text, { 'font-weight': 700 });
  }

  heading(text: string): void {
    this.gap(18);
    this.text(text, { 'font-size': 14, 'font-weight': 700 }, 22);
    this.#parts.push(element('path', { d: `M${MARGIN} ${Math.round(this.#y)}h${Math.round(COLUMNS * CHAR)}`, stroke: PAPER.rule }));
    this.gap(8);
  }

  rule(): void {
    this.gap(40);
  }

  gap(height: number): void {
    this.#y += height;
  }

  /** An SVG of its own, placed and scaled down where it is wider than the sheet. */
  picture(svg: string): void {
    const found = /^<svg ([^>]*?)width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
    const [width, height] = [Number(found[2]), Number(found[3])];
    const scale = Math.min(1, (COLUMNS * CHAR) / width);
    const size = `x="${MARGIN}" y="${Math.round(this.#y)}" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}"`;
    this.#parts.push(`<svg ${found[1]}${size}${svg.slice(found[0].length)}`.trimEnd());
    this.#y += height * scale;
  }

  finish(label: string): string {
    const [width, height] = [Math.round(this.#width), Math.round(this.#y + MARGIN)];
    const ground = element('rect', { width, height, fill: PAPER.paper! });
    const frame = { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'font-family': MONO, 'font-size': 12 };
    const title = `<title>${xmlEscape(printable(label))}</title>`;
    return `${element('svg', frame, `\n${title}\n${[ground, ...this.#parts].join('\n')}\n`)}\n`;
  }

  #write(x: number, y: number, text: string, attributes: Readonly<Record<string, string | number>>): void {
    if (text.trim() !== '') this.#parts.push(element('text', { x, y, fill: PAPER.ink, 'xml:space': 'preserve', ...attributes }, xmlEscape(text)));
  }
}
