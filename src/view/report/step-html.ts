/** One command of a report as HTML. */

import { foldSteps } from '../../advise/why/fold-steps.ts';
import { placeOf } from '../../advise/why/place.ts';
import { valueWords } from '../../advise/why/value-words.ts';
import { whyOf } from '../../advise/why/why.ts';
import { hasExpectation } from '../../runbook/runbook.ts';
import { printable } from '../../runbook/printable.ts';
import { promptText } from '../../runbook/typed-command.ts';
import type { CommandRun } from '../../runbook/verdict.ts';
import type { GlyphBook } from '../owner.ts';
import { OF_PAGE } from '../svg-sheet.ts';
import { renderSvgDiff } from '../svg-diff.ts';
import { h, Html, type Child } from './markup.ts';
import type { Advice, ReportStep } from './report.ts';
import { toneOf } from './words.ts';

/** Lines of output shown per command. */
const OUTPUT_LIMIT = 400;
/** Checks listed per command. */
const CHECK_LIMIT = 60;

/** The command with its verdict, output, log, reasons, and what it changed. */
export function stepHtml(step: ReportStep, number: number, book: GlyphBook): Html {
  const { run } = step;
  const { command } = run;
  const tone = toneOf(run);
  return h(
    'li',
    { class: `step ${tone.name}` },
    h('div', { class: 'number' }, String(number)),
    h(
      'div',
      {},
      command.comments.length === 0 ? undefined : h('p', { class: 'remark' }, command.comments.join('\n')),
      h(
        'div',
        { class: 'line' },
        h('code', {}, h('span', { class: 'prompt' }, `${promptText(command.prompt)} `), command.text),
        h('span', { class: 'verdict' }, `${tone.mark} ${tone.word}`),
      ),
      output(run),
      log(run),
      exit(run),
      differences(run),
      run.depends.map((reason) => note('open', 'Open', `${reason}; shown is one of the outcomes.`)),
      reasons(run),
      step.advice.map((one, index) => advice(one, index === 0)),
      change(step, book),
    ),
  );
}

function note(tone: string | undefined, word: string, ...text: Child[]): Html {
  return h('p', { class: tone === undefined ? 'note' : `note ${tone}` }, h('b', {}, word), h('span', {}, text));
}

function advice({ text, costs, typed }: Advice, first: boolean): Html {
  const word = first ? (typed ? 'Instead' : 'Try') : '';
  return note(undefined, word, typed ? h('code', {}, text) : text, costs === '' ? undefined : h('span', { class: 'costs' }, costs));
}

function output({ output: lines }: CommandRun): Child {
  if (lines.length === 0) return undefined;
  const more = lines.length - OUTPUT_LIMIT;
  const shown = lines.slice(0, OUTPUT_LIMIT).join('\n');
  return h('pre', { class: 'output' }, shown, more > 0 ? `\n… ${more} more lines` : '');
}

function log({ log: lines }: CommandRun): Child {
  if (lines.length === 0) return undefined;
  const more = lines.length - OUTPUT_LIMIT;
  const shown = lines.slice(0, OUTPUT_LIMIT).map(({ text }, index): Child => [index === 0 ? '' : '\n', h('b', {}, 'kernel'), ` ${text}`]);
  return h('pre', { class: 'log' }, shown, more > 0 ? `\n… ${more} more lines` : '');
}

function exit(run: CommandRun): Child {
  if (run.exit === 0) return undefined;
  const expected = hasExpectation(run.command) && !run.unexpected ? ', as expected' : '';
  return h('pre', { class: 'log' }, `exit status ${run.exit}${expected}`);
}

function differences(run: CommandRun): Child {
  return run.differences.map(({ what, expected }) => [
    note('odd', 'Not', `what was expected: the ${what} is another.`),
    h('pre', { class: 'log' }, expected.slice(0, OUTPUT_LIMIT).map((line) => `expected: ${line}`).join('\n')),
  ]);
}

/** The decisive check in a sentence, and all of them to unfold. */
function reasons(run: CommandRun): Child {
  const why = whyOf(run);
  const sentence = run.decidedBy === undefined ? undefined : note(undefined, 'Why', why.sentence);
  const folded = foldSteps(why.steps, why.failed);
  if (folded.length === 0) return sentence;
  const decided = folded.findIndex((each) => each.decided);
  const first = Math.max(0, Math.min(decided - CHECK_LIMIT + 1, folded.length - CHECK_LIMIT));
  const items = folded.slice(first, first + CHECK_LIMIT).map(({ step, times, decided: isCause }) => {
    const tone = isCause ? 'bad' : step.passed ? 'good' : 'open';
    const mark = isCause ? '✗' : step.passed ? '✓' : '·';
    const values = valueWords(step).map(({ name, text }) => `${name} ${text}`).join(', ');
    const count = times > 1 ? `, ${times} times` : '';
    return h(
      'li',
      { class: tone },
      h('i', {}, mark),
      h('span', {}, h('code', {}, placeOf(step)), ` ${step.condition}${count} `, values === '' ? '' : h('span', { class: 'values' }, `(${values})`)),
    );
  });
  const left = folded.length - items.length + why.dropped;
  const made = `${why.steps.length + why.dropped} check${why.steps.length + why.dropped === 1 ? '' : 's'}`;
  const rest = left > 0 ? h('p', { class: 'values' }, `… ${left} more`) : undefined;
  return [sentence, h('details', {}, h('summary', {}, made), h('ol', { class: 'checks' }, items), rest)];
}

function change({ changed, run }: ReportStep, book: GlyphBook): Child {
  if (changed === undefined) return undefined;
  const title = `What ${run.command.text} changed on the map`;
  const svg = renderSvgDiff(changed.before, changed.after, { theme: OF_PAGE, title: printable(title), book });
  return svg === undefined ? undefined : mapFigure(svg, title);
}

/** A map that scrolls sideways where the page is narrower. */
export function mapFigure(svg: string, label: string): Html {
  return h('figure', { class: 'map', tabindex: '0', role: 'group', 'aria-label': label }, new Html(svg));
}
