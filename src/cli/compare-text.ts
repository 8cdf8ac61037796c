/** A comparison as text: the matrix, where outcomes flip and why, two maps. */

import { compareStatus, type Comparison, type Flip } from '../advise/compare/compare.ts';
import { outcomeKey } from '../advise/compare/outcome.ts';
import { variantLabel, variedAxes } from '../advise/compare/variant.ts';
import { failureSentence } from '../advise/why/why.ts';
import { POLICIES } from '../kernel/profile/policies.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import type { CommandRun } from '../runbook/verdict.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import { renderSideBySide } from '../view/side-by-side.ts';
import { commandsHeading } from './render-run.ts';
import { glyphsOf, styleOf, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** `ends`: the first variant beside the last; `flips`: every pair at which something flips; `none`. */
export type CompareMaps = 'ends' | 'flips' | 'none';

const WORDS = { ok: 'ok', refused: 'refused', depends: 'depends', differs: 'differs', 'not-modelled': 'unknown' } as const;
const INKS = { ok: 'good', refused: 'bad', depends: 'open', differs: 'bad', 'not-modelled': 'bad' } as const;
const LETTERS = 'bcdefghijklmnopqrstuvwxyz';
/** Columns of the line number. */
const GUTTER = 5;
const LEAST_COMMAND = 30;

export function renderComparison(comparison: Comparison, title: string, terminal: Terminal, maps: CompareMaps): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 120);
  const lines = [style.bold(printable(title)), ...policyLines(comparison, width), ''];
  lines.push(...matrixLines(comparison, style, width), '');
  if (comparison.flips.length > 0) {
    lines.push(commandsHeading('where outcomes flip', terminal), ...flipLines(comparison, style, terminal, width), '');
  }
  for (const [left, right] of mapPairs(comparison, maps)) {
    const side = (at: number): Parameters<typeof renderSideBySide>[0] => ({
      title: labelOf(comparison, at),
      picture: pictureOfKernel(comparison.played[at]!.machine.kernel),
    });
    lines.push(commandsHeading('at the end', terminal), ...renderSideBySide(side(left), side(right), terminal), '');
  }
  lines.push(...summary(comparison, style, terminal));
  return lines;
}

function labelOf({ variants }: Comparison, at: number): string {
  return printable(variantLabel(variants[at]!, variedAxes(variants)));
}

/** A policy is no kernel: what each of those named means. */
function policyLines({ variants }: Comparison, width: number): string[] {
  const names = new Set(variants.flatMap(({ policy }) => (policy === undefined ? [] : [policy as keyof typeof POLICIES])));
  if (names.size === 0) return [];
  const lines = wrapText('A policy is laid over the kernel; no real kernel is built so:', width);
  for (const name of names) {
    const lead = `  ${name.padEnd(16)}`;
    wrapText(POLICIES[name].about, width - lead.length).forEach((row, i) => {
      lines.push((i === 0 ? lead : ' '.repeat(lead.length)) + row);
    });
  }
  return lines;
}

/** Rows of commands, columns of variants; what does not fit beside each other follows below. */
function matrixLines(comparison: Comparison, style: Style, width: number): string[] {
  const { variants, played, book, flips } = comparison;
  const cells = book.commands.map((_, index) => cellsOf(played.map((one) => one.runs[index]!)));
  const labels = variants.map((_, at) => labelOf(comparison, at));
  const columns = labels.map((label, at) => Math.max(label.length, ...cells.map((row) => row[at]!.length)) + 2);
  const commands = book.commands.map(({ text, prompt }) => `${prompt === 'monitor' ? '(qemu) ' : ''}${printable(text)}`);
  const longest = Math.max(7, ...commands.map((text) => text.length));
  const groups = grouped(columns, width - GUTTER - Math.min(longest, LEAST_COMMAND) - 2);
  return groups.flatMap((group, nth) => {
    const taken = group.reduce((sum, at) => sum + columns[at]!, 0);
    const room = Math.min(longest, Math.max(LEAST_COMMAND, width - GUTTER - taken - 2));
    const head = `${'line'.padStart(GUTTER - 1)} ${'command'.padEnd(room)}`;
    const rows = [style.faint(`${head}${group.map((at) => `  ${labels[at]!}`.padEnd(columns[at]!)).join('')}`.trimEnd())];
    book.commands.forEach((command, index) => {
      const text = clip(commands[index]!, room).padEnd(room);
      const shown = group.map((at) => {
        const cell = cells[index]![at]!;
        const run = played[at]!.runs[index]!;
        return `  ${style[INKS[run.verdict]](cell)}${' '.repeat(columns[at]! - cell.length - 2)}`;
      });
      const marked = flips.some((flip) => flip.index === index && flip.depth === 'verdict');
      const line = `${String(command.line).padStart(GUTTER - 1)}${marked ? '*' : ' '}${text}${shown.join('')}`;
      rows.push(line.trimEnd());
    });
    return nth === 0 ? rows : ['', ...rows];
  });
}

/** The words of one row: the verdict, and a letter for each further thing printed with the same verdict. */
function cellsOf(runs: readonly CommandRun[]): string[] {
  const outputs = new Map<string, string[]>();
  return runs.map((run) => {
    const key = outcomeKey(run, 'verdict');
    const seen = outputs.get(key) ?? [];
    outputs.set(key, seen);
    const own = outcomeKey(run, 'output');
    if (!seen.includes(own)) seen.push(own);
    const letter = LETTERS[seen.indexOf(own) - 1];
    return letter === undefined ? WORDS[run.verdict] : `${WORDS[run.verdict]} ${letter}`;
  });
}

function grouped(columns: readonly number[], room: number): number[][] {
  const groups: number[][] = [];
  let left = 0;
  columns.forEach((column, at) => {
    if (groups.length === 0 || left < column) {
      groups.push([]);
      left = Math.max(room, column);
    }
    groups.at(-1)!.push(at);
    left -= column;
  });
  return groups;
}

/** Flips that have one cause stand together. */
function flipLines(comparison: Comparison, style: Style, terminal: Terminal, width: number): string[] {
  const arrow = terminal.unicode ? '→' : '->';
  const groups = new Map<string, Flip[]>();
  for (const flip of comparison.flips) {
    const key = JSON.stringify([flip.from, flip.to, flip.cause]);
    groups.set(key, [...(groups.get(key) ?? []), flip]);
  }
  return [...groups.values()].flatMap((flips) => {
    const { from, to, cause } = flips[0]!;
    const head = `${labelOf(comparison, from)} ${arrow} ${labelOf(comparison, to)}`;
    const lines = [`${style.bold(head)}${causeHead(cause)}`];
    for (const change of cause?.changes ?? []) {
      const words = `${change.way === 'went' ? 'without ' : ''}${change.subject}${change.release === undefined ? '' : `, ${change.release}`}`;
      lines.push(...indented(words, width, '  ', '    ').map(style.hint));
    }
    const loud = flips.filter((flip) => flip.depth === 'verdict');
    for (const flip of loud) lines.push(...loudFlip(comparison, flip, style, arrow, width));
    const quiet = flips.filter((flip) => flip.depth !== 'verdict').map((flip) => comparison.book.commands[flip.index]!.line);
    if (quiet.length > 0) {
      const many = quiet.length > 1;
      const [print, log] = many ? ['print', 'log'] : ['prints', 'logs'];
      const verb = flips.some((flip) => flip.depth === 'log') ? `${print} or ${log}` : print;
      lines.push(...indented(`line${many ? 's' : ''} ${quiet.join(', ')} ${verb} something else`, width, '  ', '    '));
    }
    return lines;
  });
}

function causeHead(cause: Flip['cause']): string {
  if (cause === undefined) return '';
  const { from, to, how, changes } = cause;
  const at = `  between ${from} and ${to}`;
  if (how === 'unknown') return `${at}: no change that memhp knows makes it by itself`;
  if (changes.length < 2) return `${at}, by this alone:`;
  return how === 'alone' ? `${at}, by any one of:` : `${at}, by these together:`;
}

function loudFlip(comparison: Comparison, flip: Flip, style: Style, arrow: string, width: number): string[] {
  const command = comparison.book.commands[flip.index]!;
  const run = (at: number): CommandRun => comparison.played[at]!.runs[flip.index]!;
  const word = (one: CommandRun): string => {
    const exit = one.exit === 0 ? '' : ` [${one.exit}]`;
    return `${style[INKS[one.verdict]](WORDS[one.verdict])}${exit}`;
  };
  const text = clip(printable(command.text), Math.max(20, width - 36));
  const lines = [`  line ${command.line}: ${text}  ${word(run(flip.from))} ${arrow} ${word(run(flip.to))}`];
  const refused = [flip.from, flip.to].find((at) => run(at).verdict !== 'ok' && run(at).decidedBy !== undefined);
  if (refused !== undefined) {
    const why = failureSentence(run(refused).decidedBy!);
    lines.push(...indented(`${labelOf(comparison, refused)}: ${why}`, width, '    ', '      '));
  }
  return lines;
}

function mapPairs({ variants, flips }: Comparison, maps: CompareMaps): [number, number][] {
  if (maps === 'none' || variants.length < 2) return [];
  if (maps === 'ends') return [[0, variants.length - 1]];
  return [...new Map(flips.map(({ from, to }) => [`${from} ${to}`, [from, to] as [number, number]])).values()];
}

function summary(comparison: Comparison, style: Style, terminal: Terminal): string[] {
  const { book, variants, flips, replays, cutShort } = comparison;
  const commands = new Set(flips.filter((flip) => flip.depth === 'verdict').map((flip) => flip.index)).size;
  const quiet = new Set(flips.filter((flip) => flip.depth !== 'verdict').map((flip) => flip.index)).size;
  const parts = [
    `${book.commands.length} command${book.commands.length === 1 ? '' : 's'} on ${variants.length} machines`,
    commands === 0 ? 'all come to the same' : `${commands} outcome${commands === 1 ? ' flips' : 's flip'}`,
    ...(quiet === 0 ? [] : [`${quiet} print${quiet === 1 ? 's' : ''} something else`]),
    ...(replays === 0 ? [] : [`${replays} replays to find out why${cutShort ? ', where the search ended' : ''}`]),
  ];
  const paint = compareStatus(comparison) === 0 ? style.good : style.open;
  return wrapText(parts.join(glyphsOf(terminal.unicode).dot), Math.min(terminal.width, 100)).map(paint);
}

function indented(text: string, width: number, first: string, rest: string): string[] {
  return wrapText(printable(text), Math.max(20, width - rest.length)).map((row, i) => (i === 0 ? first : rest) + row);
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 3))}...`;
}
