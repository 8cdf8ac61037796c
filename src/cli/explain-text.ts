/** The text of `memhp explain`. */

import type { Explanation, Notice } from '../advise/explain/explain.ts';
import { edgeText, type Place } from '../advise/explain/place.ts';
import type { Story } from '../advise/explain/story.ts';
import { ASKERS, CORE_FUNCTIONS } from '../advise/explain/trace.ts';
import { sizeText } from '../advise/explain/values.ts';
import { rangeText } from '../advise/explain/words.ts';
import { printable } from '../runbook/printable.ts';
import { clip, wrapWords } from '../view/line.ts';
import { styleOf, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

export interface ExplainTextOptions {
  readonly terminal: Terminal;
  /** Name of the input, when there are several. */
  readonly heading: string | undefined;
  /** List the lines without trouble. */
  readonly all: boolean;
}

const LABEL = 10;
/** Quoted lines of a story. */
const QUOTED = 8;
/** Text wider than this is hard to read. */
const WIDEST = 120;

/** Everything told, as lines. */
export function explainLines(explanation: Explanation, { terminal, heading, all }: ExplainTextOptions): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, WIDEST);
  const { stories, storiesOmitted, notices, noticesOmitted } = explanation;
  const lines = heading === undefined ? [] : [style.bold(printable(heading)), ''];
  lines.push(...wrapWords(summary(explanation), width, '').map((line) => style.faint(line)));
  for (const story of stories) lines.push('', ...storyLines(story, style, { ...terminal, width }));
  if (storiesOmitted > 0) lines.push('', `and ${storiesOmitted} other stories, not told: the first ${stories.length} are`);
  if (all && notices.length > 0) lines.push('', ...noticeLines(notices, style, { ...terminal, width }));
  if (all && noticesOmitted > 0) lines.push(style.faint(`and ${noticesOmitted} more lines without trouble`));
  return lines;
}

function summary({ stories, lines, recognised, release, units }: Explanation): string {
  const what =
    stories.length > 0
      ? `${stories.length} ${stories.length === 1 ? 'story' : 'stories'}`
      : recognised > 0
        ? 'no trouble with memory hotplug'
        : 'nothing about memory hotplug';
  const facts = [
    ...(release === undefined ? [] : [`Linux ${printable(release)}`]),
    ...(units.blockSize === undefined ? [] : [`memory blocks of ${sizeText(units.blockSize)}`]),
  ];
  const known = recognised === 0 && lines > 0 ? 'none of them known' : `${recognised} of them known`;
  return [`${what} in ${lines} ${lines === 1 ? 'line' : 'lines'}, ${known}`, ...facts].join('; ');
}

const MARKS = {
  refused: { word: 'refused', ink: 'bad' },
  failed: { word: 'failed', ink: 'bad' },
  lost: { word: 'loss', ink: 'open' },
} as const;

function storyLines(story: Story, style: Style, terminal: Terminal): string[] {
  const { width } = terminal;
  const mark = MARKS[story.outcome];
  const devices = story.devices.length === 0 ? '' : ` (${story.devices.slice(0, 4).join(', ')})`;
  const times = story.repeats === 0 ? '' : `, ${story.repeats + 1} times`;
  const title = wrapWords(`${story.title}${printable(devices)}${times}`, width - mark.word.length - 2, '');
  const lines = title.map((text, i) => (i === 0 ? `${style[mark.ink](mark.word)}: ${style.bold(text)}` : `  ${style.bold(text)}`));
  for (const { line, text } of story.lines.slice(0, QUOTED)) {
    const number = String(line).padStart(6);
    lines.push(`${style.faint(number)}  ${style.kernel(clip(printable(text), width - 8, terminal))}`);
  }
  const hidden = story.lines.length - QUOTED + story.more;
  if (hidden > 0) lines.push(style.faint(`        and ${hidden} more lines`));
  const part = (label: string, texts: readonly string[], ink: (text: string) => string = (text) => text): void => {
    for (const [index, text] of texts.entries()) {
      const rows = wrapWords(printable(text), width - LABEL, /^\d\. /.test(text) ? '   ' : '');
      rows.forEach((row, i) => lines.push(`${style.faint((index === 0 && i === 0 ? label : '').padEnd(LABEL))}${ink(row)}`));
    }
  };
  part('tried', story.tried === undefined ? [] : [story.tried]);
  part('decided', story.decidedBy === undefined ? [] : [`in ${story.decidedBy}`]);
  part('trace', traceText(story));
  part('why', story.outcome === 'failed' ? [...story.why, 'The reason itself is not in this text.'] : story.why);
  part('then', story.followed);
  part('on map', story.places.flatMap(placeText));
  part('nearest', story.nearest, (text) => style.hint(text));
  part('do', bullets(story.remedies));
  part('kernels', story.versions);
  part('see', story.reports);
  return lines;
}

function bullets(texts: readonly string[]): string[] {
  return texts.length < 2 ? [...texts] : texts.map((text, i) => `${i + 1}. ${text}`);
}

/** The functions that say something, outermost first. */
function traceText({ trace }: Story): string[] {
  if (trace === undefined) return [];
  const known = trace.frames.filter((fn) => Object.hasOwn(ASKERS, fn) || Object.hasOwn(CORE_FUNCTIONS, fn));
  const calls = [...new Set(known)].reverse();
  const heading = trace.fn === undefined ? [] : [trace.fn];
  const path = [...new Set([...calls, ...heading])].join(' > ');
  return [`line ${trace.line}: ${path === '' ? `${trace.frames.length} functions, none of the memory core` : path}`];
}

function placeText({ start, end, edges, there }: Place): string[] {
  return [rangeText({ start, end }), ...edges.map((edge) => `  ${edgeText(edge)}`), ...(there === undefined ? [] : [`  on the machine: ${there.join('; ')}`])];
}

/** Lines of one kind together, with the first of them. */
function noticeLines(notices: readonly Notice[], style: Style, terminal: Terminal): string[] {
  const kinds = new Map<string, Notice[]>();
  for (const notice of notices) {
    const list = kinds.get(notice.id);
    if (list === undefined) kinds.set(notice.id, [notice]);
    else list.push(notice);
  }
  const lines = [style.bold('Lines without trouble')];
  for (const list of kinds.values()) {
    const { title } = list[0] as Notice;
    lines.push(`${title}${style.faint(list.length === 1 ? '' : `, ${list.length} lines`)}`);
    for (const { line, text } of list.slice(0, 3)) {
      lines.push(`${style.faint(String(line).padStart(6))}  ${clip(printable(text), terminal.width - 8, terminal)}`);
    }
    if (list.length > 3) lines.push(style.faint(`        and ${list.length - 3} more`));
  }
  return lines;
}
