/** A plan as text: what goes where, what to type, why nothing better. */

import { costText, planStatus, wishText, type Plan } from '../advise/plan/plan.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { shortSize } from '../view/size.ts';
import { renderTable } from '../view/table.ts';
import { commandsHeading } from './render-run.ts';
import { glyphsOf, styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

export function renderPlan(plan: Plan, title: string, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const glyphs = glyphsOf(terminal.unicode);
  const width = Math.min(terminal.width, 110);
  const { best, doing, problem } = plan;
  const lines = [style.bold(printable(title))];
  if (best === undefined || doing === undefined) {
    return [...lines, ...wrapText(`No machine of the plan boots: ${plan.broken[0] ?? 'none is described'}`, width).map(style.bad)];
  }
  const { description } = best.choice;
  const words = [`Linux ${description.kernel}`, `memory ${description.memory}`];
  if (problem.machines.length > 1) words.push(`chosen from ${problem.machines.length} machines`);
  lines.push(...wrapText(words.join(glyphs.dot), width), '');
  lines.push(...layoutTable(plan, style.faint), '');
  const paint = planStatus(plan) === 0 ? style.good : style.open;
  lines.push(paint(best.cost.lostBytes === 0 ? 'Nothing is lost.' : `In total ${costText(best.cost)}.`), '');
  lines.push(commandsHeading('what to type', terminal));
  for (const what of doing.firmware) lines.push(...labelled('firmware', what, width));
  lines.push(...labelled('qemu', doing.qemu.map(quoted).join(' '), width));
  if (doing.cmdline !== '') lines.push(...labelled('cmdline', doing.cmdline, width));
  // Not wrapped: they are there to be copied.
  lines.push(...doing.lines.map((line) => `  ${style.bold(printable(line))}`), '');
  lines.push(commandsHeading('why nothing better', terminal));
  for (const reason of plan.because) {
    lines.push(...wrapText(printable(reason), width - 4).map((row, i) => (i === 0 ? `  ${row}` : `    ${row}`)));
  }
  return lines;
}

function layoutTable({ best, problem }: Plan, faint: (text: string) => string): string[] {
  const rows = problem.wishes.flatMap((wish, index) => {
    const placed = best!.placed.filter((each) => each.wish === index);
    const useful = placed.reduce((sum, each) => sum + each.usableBytes, 0);
    const missing = Math.max(0, wish.sizeBytes - useful);
    const first = wishText(wish);
    if (placed.length === 0) return [[first, 'left out', '', '', shortSize(wish.sizeBytes)]];
    return placed.map(({ what, givenBytes, usableBytes }, nth) => [
      nth === 0 ? first : '',
      what,
      shortSize(givenBytes),
      shortSize(usableBytes),
      nth === placed.length - 1 && missing > 0 ? shortSize(missing) : '',
    ]);
  });
  const table = renderTable([['wish', 'placed', 'given', 'usable', 'missing'], ...rows], ['left', 'left', 'right', 'right', 'right']);
  return [faint(table[0] ?? ''), ...table.slice(1)];
}

function labelled(label: string, text: string, width: number): string[] {
  const lead = `  ${label.padEnd(10)} `;
  return wrapText(printable(text), width - lead.length).map((row, i) => (i === 0 ? lead : ' '.repeat(lead.length)) + row);
}

/** An argument as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

