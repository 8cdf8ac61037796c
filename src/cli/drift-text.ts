/** The text of `memhp drift`: what lives and dies, and why; or for which shifts it does. */

import type { BlockDrift } from '../advise/drift/blocks.ts';
import type { Drift, Fate, NamespaceFate, SweepPoint } from '../advise/drift/drift.ts';
import type { Holding } from '../advise/drift/holdings.ts';
import { failureSentence } from '../advise/why/why.ts';
import { hex } from '../kernel/units.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { renderTable } from '../view/table.ts';
import { numberRange } from '../view/ranges.ts';
import { exactSize } from './audit-size.ts';
import { shiftText, multiplesText } from './drift-shift.ts';
import { styleOf, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

const WORDS: Readonly<Record<Fate, string>> = { survives: 'survives', dies: 'DIES', raw: 'DIES (raw)', gone: 'GONE' };
const MARKS: Readonly<Record<Fate, string>> = { survives: '+', dies: 'x', raw: 'r', gone: '-' };
/** Kernel log lines shown for a namespace. */
const LOG_LIMIT = 3;

/** One boot as lines. */
export function driftLines(name: string, drift: Drift, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 100);
  const lines = [style.bold(printable(name)), ...changeLines(drift, width), ''];
  if (drift.namespaces.length === 0) lines.push('No namespaces.');
  else lines.push(...namespaceTable(drift.namespaces, terminal, style));
  for (const each of drift.namespaces) lines.push(...whyLines(each, width, style));
  lines.push('', ...blockLines(drift, width));
  if (drift.fails.length > 0) {
    lines.push('', ...wrapText(`Typed again after the boot, and failed: ${drift.fails.map(printable).join('; ')}`, width));
  }
  const alive = drift.namespaces.filter(({ fate }) => fate === 'survives').length;
  const all = drift.namespaces.length;
  const namespaces = all === 1 ? 'The namespace' : alive === all ? `All ${all} namespaces` : `${all - alive} of ${all} namespaces`;
  const verb = alive === all ? (all === 1 ? 'survives' : 'survive') : all - alive === 1 ? 'is lost' : 'are lost';
  if (all > 0) lines.push('', (alive === all ? style.good : style.bad)(`${namespaces} ${verb}.`));
  return lines;
}

function changeLines({ kernelBefore, kernelAfter, change }: Drift, width: number): string[] {
  const parts = [kernelBefore === kernelAfter ? `Linux ${kernelBefore}` : `Linux ${kernelBefore}, then ${kernelAfter}`];
  for (const { from, to, size } of change.moved ?? []) {
    const where = to === undefined ? 'is not there' : `at ${hex(to)} (${shiftText(to - from)})`;
    parts.push(`${exactSize(size)} from ${hex(from)} ${where}`);
  }
  if (change.memory !== undefined || change.qemu !== undefined) parts.push('other hardware');
  if (parts.length === 1) parts.push('nothing moved');
  return wrapText(parts.join('; '), width);
}

function namespaceTable(fates: readonly NamespaceFate[], { width, unicode }: Terminal, style: Style): string[] {
  const rows = [
    ['NAMESPACE', 'MODE', 'SIZE', 'WAS AT', 'IS AT', 'INFO', 'AFTER THE BOOT'],
    ...fates.map(({ before, after, fate }) => [
      before.name,
      before.mode,
      exactSize(before.size),
      hex(before.start),
      after === undefined ? '' : hex(after.start),
      before.infoBlock ?? '',
      `${WORDS[fate]}${after !== undefined && after.name !== before.name ? `, as ${after.name}` : ''}`,
    ]),
  ];
  const aligns = ['left', 'left', 'right', 'left', 'left', 'left', 'left'] as const;
  return renderTable(rows, aligns, { width, unicode }).map((line, index) => {
    if (index === 0) return style.bold(line);
    return fates[index - 1]?.fate === 'survives' ? line : style.bad(line);
  });
}

function whyLines({ before, after, fate, refusal }: NamespaceFate, width: number, style: Style): string[] {
  if (fate === 'survives') return [];
  const why =
    fate === 'gone'
      ? 'Its range is not there, or no region was made of it.'
      : refusal?.check === undefined
        ? 'No driver took it.'
        : failureSentence(refusal.check);
  const rest = fate === 'raw' ? ` Its info block is not taken: ${after?.name ?? 'it'} is a raw disk now.` : '';
  return [
    ...wrapText(`${before.name}: ${why}${rest}`, width - 2).map((line) => `  ${line}`),
    ...(refusal?.log ?? []).slice(0, LOG_LIMIT).map((line) => style.kernel(`    [kernel] ${printable(line)}`)),
  ];
}

function blockLines({ blocks, blockSizeBefore, blockSizeAfter }: Drift, width: number): string[] {
  if (blockSizeBefore !== blockSizeAfter) {
    return [`Memory blocks: ${exactSize(blockSizeBefore)} each before, ${exactSize(blockSizeAfter)} now: every number means another range.`];
  }
  if (blocks.length === 0) return ['Memory blocks: as before.'];
  const by = (fate: BlockDrift['fate'], words: string): string[] => {
    const runs = blocks.filter((run) => run.fate === fate);
    if (runs.length === 0) return [];
    const named = runs.slice(0, 8).map((run) => {
      const nodes = fate === 'node' ? ` (node ${run.nodeBefore} to ${run.nodeAfter})` : '';
      return `${numberRange(run.first, run.last)}${nodes}`;
    });
    return [`${words} ${named.join(', ')}${runs.length > 8 ? ` and ${runs.length - 8} more runs` : ''}`];
  };
  const parts = [
    ...by('gone', 'gone that were online:'), ...by('offline', 'offline now:'), ...by('node', 'of another node:'), ...by('new', 'new:'),
  ];
  return wrapText(`Memory blocks (${exactSize(blockSizeBefore)} each): ${parts.join('; ')}.`, width);
}

/** Many shifts: a strip of marks for each namespace, the shifts it survives, and why it dies at the others. */
export function sweepLines(
  name: string,
  holdings: readonly Holding[],
  points: readonly SweepPoint[],
  terminal: Terminal,
): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 100);
  const [first, last] = [points[0], points.at(-1)];
  const lines = [style.bold(printable(name))];
  if (first === undefined || last === undefined) return lines;
  const step = points.length > 1 ? (points[1] as SweepPoint).by - first.by : 0;
  lines.push(`${points.length} boots, shifted from ${shiftText(first.by)} to ${shiftText(last.by)} by ${exactSize(step)} each`);
  holdings.forEach((holding, index) => {
    const alive = points.filter(({ fates }) => fates?.[index] === 'survives').map(({ by }) => by);
    const size = `${exactSize(holding.size)} at ${hex(holding.start)}`;
    const info = holding.infoBlock === undefined ? '' : `, info block ${holding.infoBlock}`;
    lines.push('', style.bold(`${holding.name}: ${holding.mode}, ${size}${info}`));
    lines.push(...stripLines(points, index, width, style));
    lines.push(...wrapText(`survives ${alive.length} of ${points.length}${alive.length === 0 ? '' : `: ${multiplesText(alive, points.map(({ by }) => by))}`}`, width));
    lines.push(...reasonLines(points, index, width));
  });
  const refused = points.filter(({ fates }) => fates === undefined);
  if (refused.length > 0) lines.push('', ...wrapText(`No boot at ${refused.length} shifts: ${printable(refused[0]?.why ?? '')}`, width));
  lines.push('', '+ survives   x dies   r becomes a raw disk   - gone   ? does not boot');
  return lines;
}

function stripLines(points: readonly SweepPoint[], index: number, width: number, style: Style): string[] {
  const lines: string[] = [];
  const room = width - 12;
  for (let at = 0; at < points.length; at += room) {
    const part = points.slice(at, at + room);
    const marks = part.map(({ fates }) => (fates === undefined ? '?' : MARKS[fates[index] ?? 'gone']));
    const painted = marks.map((mark) => (mark === '+' ? style.good(mark) : style.bad(mark))).join('');
    lines.push(`${shiftText(part[0]?.by ?? 0).padStart(11)} ${painted}`);
  }
  return lines;
}

function reasonLines(points: readonly SweepPoint[], index: number, width: number): string[] {
  const reasons = new Map<string, { count: number; sentence: string; by: number }>();
  for (const { drift, by } of points) {
    const fate = drift?.namespaces[index];
    const check = fate?.refusal?.check;
    if (fate === undefined || fate.fate === 'survives') continue;
    const key = check === undefined ? fate.fate : `${check.fn} ${check.condition}`;
    const known = reasons.get(key);
    if (known !== undefined) known.count++;
    else reasons.set(key, { count: 1, by, sentence: check === undefined ? 'Nothing is there, or no driver took it.' : failureSentence(check) });
  }
  return [...reasons.values()].flatMap(({ count, sentence, by }) =>
    wrapText(`${count} times, first at ${shiftText(by)}: ${sentence}`, width - 2).map((line) => `  ${line}`),
  );
}

/** One boot for each version of the info blocks. */
export function versionLines(rows: readonly { readonly version: string; readonly drift: Drift }[], { width, unicode }: Terminal, style: Style): string[] {
  const names = rows[0]?.drift.namespaces.map(({ before }) => before.name) ?? [];
  const table = [
    ['INFO BLOCK', ...names],
    ...rows.map(({ version, drift }) => [version, ...drift.namespaces.map(({ fate }) => WORDS[fate])]),
  ];
  return renderTable(table, [], { width, unicode }).map((line, index) => (index === 0 ? style.bold(line) : line));
}
