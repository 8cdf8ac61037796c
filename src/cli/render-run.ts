/** A played runbook as text for people. */

import { whyOf } from '../advise/why/why.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import type { Difference } from '../runbook/check.ts';
import type { CommandRun, Verdict } from '../runbook/verdict.ts';
import { hasExpectation } from '../runbook/runbook.ts';
import { shortSize } from '../view/size.ts';
import { diffLines, withContext, withoutWildcards } from './line-diff.ts';
import type { PlayedRunbook } from './play-files.ts';
import { mapsOf, type MapChoice } from './render-maps.ts';
import { insteadTexts, type InsteadText } from './instead.ts';
import { renderWhy } from './render-why.ts';
import { glyphsOf, styleOf, type Glyphs, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Output lines drawn per command before the rest is counted; `--json` has all. */
const OUTPUT_LIMIT = 120;
/** Comment lines drawn above a command: the nearest. */
const COMMENT_LIMIT = 40;
/** Columns before a command: the verdict. */
const TAG = 9;
/** Columns before a command's output. */
const KERN_DEBUG = 7;
const INDENT = ' '.repeat(TAG + 2);

export interface RenderRunOptions {
  readonly terminal: Terminal;
  readonly maps: MapChoice;
  /** Every check of every command, not the decisive one alone. */
  readonly why?: boolean | undefined;
}

/** The lines of one runbook: the machine, each command with its verdict, the maps, what to try next, a summary. */
export function renderRun(played: PlayedRunbook, options: RenderRunOptions): string[] {
  const { terminal, maps } = options;
  const style = styleOf(terminal.color);
  const glyphs = glyphsOf(terminal.unicode);
  // Prose wider than this tires the eye; maps and output take what there is.
  const prose = Math.min(terminal.width, 100);
  const { before, after } = mapsOf(played, terminal, maps);
  const lines = [...headLines(played, style, glyphs, prose), ''];
  if (before.length > 0) lines.push(heading('before', style, glyphs, prose), ...before, '');
  lines.push(heading('commands', style, glyphs, prose));
  (played.result?.runs ?? []).forEach((run, index) => {
    lines.push(...commandLines(run, adviceOf(played, index, options.why === true), style, glyphs, prose));
    if (options.why === true) lines.push(...renderWhy(whyOf(run), INDENT, style, { ...terminal, width: prose }));
  });
  lines.push('');
  if (after.length > 0) lines.push(heading('after', style, glyphs, prose), ...after, '');
  lines.push(...summaryLines(played, style, glyphs, prose));
  return lines;
}

/** The lines about a run's machine. */
export function renderHead(played: PlayedRunbook, terminal: Terminal): string[] {
  return headLines(played, styleOf(terminal.color), glyphsOf(terminal.unicode), Math.min(terminal.width, 100));
}

/** A rule with words in it. */
export function commandsHeading(words: string, terminal: Terminal): string {
  return heading(words, styleOf(terminal.color), glyphsOf(terminal.unicode), Math.min(terminal.width, 100));
}

/** Each command of a run with its verdict, and nothing else. */
export function renderCommands(played: PlayedRunbook, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const glyphs = glyphsOf(terminal.unicode);
  return (played.result?.runs ?? []).flatMap((run, index) =>
    commandLines(run, adviceOf(played, index, false), style, glyphs, Math.min(terminal.width, 100)),
  );
}

/** What to do after a refusal: words, and requests that would work. */
interface Advice {
  readonly tryNext: readonly string[];
  readonly instead: readonly InsteadText[];
}

/** Requests the model accepts outweigh words. */
function adviceOf(played: PlayedRunbook, index: number, all: boolean): Advice {
  const answer = played.instead[index];
  const instead = answer === undefined ? [] : insteadTexts(answer, all);
  const isSure = answer?.suggestions.some(({ depends }) => depends.length === 0) === true;
  return { tryNext: isSure ? [] : (played.tryNext[index] ?? []), instead };
}

function heading(word: string, style: Style, glyphs: Glyphs, width: number): string {
  return style.faint(`${glyphs.rule.repeat(2)} ${word} ${glyphs.rule.repeat(Math.max(0, width - word.length - 4))}`);
}

function headLines(played: PlayedRunbook, style: Style, glyphs: Glyphs, width: number): string[] {
  const { about, machine } = played.ready!;
  const name = printable(played.name);
  const title = printable(played.title ?? name);
  const fits = title.length + name.length + 4 <= width;
  const lines = wrapText(title, width).map(style.bold);
  if (played.title !== undefined) {
    if (fits) lines[0] += `  ${style.faint(`(${name})`)}`;
    else lines.push(style.faint(`(${name})`));
  }
  const words = [`Linux ${about.kernel} on ${about.arch}`];
  if (about.memory !== undefined) words.push(`memory ${about.memory}`);
  if (about.capture !== undefined) words.push(`captured from ${about.capture}`);
  words.push(`memory block ${shortSize(machine.kernel.memoryBlockSizeBytes)}`);
  if (played.description !== undefined) lines.push(...wrapText(printable(played.description), width));
  lines.push(...wrapText(words.join(glyphs.dot), width));
  if (about.cmdline !== '') lines.push(...indented(`cmdline ${printable(about.cmdline)}`, width, '', '        '));
  if (about.qemu !== undefined && about.qemu.length > 0) {
    lines.push(...indented(`qemu    ${printable(about.qemu.join(' '))}`, width, '', '        '));
  }
  for (const guess of about.assumed ?? [])
    lines.push(...indented(`assumed: ${printable(guess)}`, width, '', '         '));
  return lines;
}

const TAG_INK: Readonly<Record<Verdict, keyof Style>> = {
  ok: 'good',
  refused: 'bad',
  depends: 'open',
  differs: 'bad',
  'not-modelled': 'bad',
};
const TAG_WORD: Readonly<Record<Verdict, string>> = {
  ok: 'ok',
  refused: 'refused',
  depends: 'depends',
  differs: 'differs',
  'not-modelled': 'unknown',
};

function commandLines(
  run: CommandRun,
  { tryNext, instead }: Advice,
  style: Style,
  glyphs: Glyphs,
  width: number,
): string[] {
  const { command, verdict } = run;
  const prompt = command.prompt === 'shell' ? '$' : '(qemu)';
  const ink = verdict === 'refused' && !run.unexpected ? 'open' : TAG_INK[verdict];
  const tag = style[ink](TAG_WORD[verdict].padEnd(TAG));
  const margin = ' '.repeat(TAG);
  const lines = command.comments
    .slice(-COMMENT_LIMIT)
    .flatMap((comment) => indented(printable(comment), width, `${margin}# `, `${margin}# `).map(style.faint));
  lines.push(`${tag}${style.faint(prompt)} ${style.bold(printable(command.text))}`);

  const diff = run.differences.find((one) => one.what === 'output');
  if (diff !== undefined) lines.push(...differenceLines(diff, style, glyphs));
  else lines.push(...outputLines(run.output, glyphs, style));
  for (const { level, text } of run.log) {
    // What only a kernel told to be talkative would print.
    const mark = level >= KERN_DEBUG ? '[kernel, debug]' : '[kernel]';
    lines.push(`${INDENT}${style.kernel(mark)} ${printable(text)}`);
  }
  const exitDiffers = run.differences.find((one) => one.what === 'exit');
  if (exitDiffers !== undefined) {
    lines.push(`${INDENT}${style.bad(`exit status ${run.exit}; the runbook expects ${exitDiffers.expected[0]}`)}`);
  } else if (run.exit !== 0) {
    lines.push(
      `${INDENT}[${run.exit}]${hasExpectation(command) && !run.unexpected ? style.faint(' as the runbook expects') : ''}`,
    );
  }
  const logDiffers = run.differences.find((one) => one.what === 'log');
  for (const text of logDiffers?.expected ?? []) {
    lines.push(`${INDENT}${style.bad(`the kernel does not log: ${printable(text)}`)}`);
  }
  const attached = (word: string, text: string, paint: (text: string) => string): void => {
    const rows = indented(printable(text), width, `${INDENT}${word.padEnd(5)}`, `${INDENT}     `);
    lines.push(rows[0]!.replace(word, paint(word)), ...rows.slice(1));
  };
  for (const reason of run.depends) attached('open', `${reason}; shown is one of the outcomes`, style.open);
  if (run.decidedBy !== undefined) attached('why', whyOf(run).sentence, style.hint);
  for (const step of tryNext) attached('try', step, style.hint);
  instead.forEach(({ text, costs }, index) => {
    const word = index === 0 ? 'instead ' : '        ';
    const rows = text.split('\n').map((row) => `${INDENT}${' '.repeat(word.length)}${printable(row)}`);
    rows[0] = rows[0]!.replace(`${INDENT}${' '.repeat(word.length)}`, `${INDENT}${style.hint(word)}`);
    lines.push(...rows);
    if (costs !== '') lines.push(...indented(printable(costs), width, `${INDENT}          `, `${INDENT}          `).map(style.faint));
  });
  return lines;
}

function outputLines(output: readonly string[], glyphs: Glyphs, style: Style): string[] {
  const lines = output.slice(0, OUTPUT_LIMIT).map((line) => (line === '' ? '' : `${INDENT}${printable(line)}`));
  const more = output.length - OUTPUT_LIMIT;
  if (more > 0) lines.push(INDENT + style.faint(`${glyphs.more} ${more} more lines; --json has them`));
  return lines;
}

function differenceLines(difference: Difference, style: Style, glyphs: Glyphs): string[] {
  const lines = withContext(withoutWildcards(diffLines(difference.expected, difference.actual))).map((line) => {
    if ('skipped' in line) return `${INDENT}${style.faint(`${glyphs.more} ${line.skipped} equal`)}`;
    const text = `${line.sign} ${printable(line.text)}`.trimEnd();
    return INDENT + (line.sign === '-' ? style.bad(text) : line.sign === '+' ? style.good(text) : text);
  });
  const more = lines.length - OUTPUT_LIMIT;
  const key = `${INDENT}${style.faint('- the runbook expects, + the model answers')}`;
  const shown = lines.slice(0, OUTPUT_LIMIT);
  if (more > 0) shown.push(INDENT + style.faint(`${glyphs.more} ${more} more lines`));
  return [key, ...shown];
}

function summaryLines(played: PlayedRunbook, style: Style, glyphs: Glyphs, width: number): string[] {
  const runs = played.result?.runs ?? [];
  const count = (want: (run: CommandRun) => boolean): number => runs.filter(want).length;
  const parts = [
    [count((run) => run.verdict === 'ok'), 'ok'],
    [count((run) => run.verdict === 'refused' && !run.unexpected), 'refused as expected'],
    [count((run) => run.verdict === 'refused' && run.unexpected), 'refused'],
    [count((run) => run.verdict === 'differs'), 'not as expected'],
    [count((run) => run.verdict === 'depends'), 'open: the map cannot tell'],
    [count((run) => run.verdict === 'not-modelled'), 'not modelled'],
  ] as const;
  const words = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const paint = played.status === 0 ? style.good : played.status === 64 ? style.open : style.bad;
  const text = `${runs.length} command${runs.length === 1 ? '' : 's'}: ${words.join(glyphs.dot)}`;
  return wrapText(text, width).map(paint);
}

function indented(text: string, width: number, first: string, rest: string): string[] {
  return wrapText(text, Math.max(20, width - rest.length)).map((row, index) => (index === 0 ? first : rest) + row);
}
