/** The tables of `memhp constants`. */

import {
  archNames, CAVEATS, constantEntry, constantsOf, CONSTANT_NAMES, type ConstantName, type ConstantsQuery, type Evidence,
} from '../advise/constants.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { shortSize } from '../view/size.ts';
import { renderTable } from '../view/table.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';


const WORDS: Readonly<Record<Evidence, string>> = {
  recorded: 'recorded',
  seen: 'seen on a real machine',
  source: 'from the source',
};

/** One row for each query, one column for each constant; wide tables are split in two. */
export function constantsTables(queries: readonly ConstantsQuery[], { width, color, unicode }: Terminal): string[] {
  const style = styleOf(color);
  const names = rowNames(queries);
  const parts: ConstantName[][] = [[]];
  const rowWidth = Math.max(...names.map((name) => name.length));
  let used = rowWidth;
  for (const name of CONSTANT_NAMES) {
    const wide = constantEntry(name).label.length + 2;
    if (used + wide > width) {
      parts.push([]);
      used = rowWidth;
    }
    (parts.at(-1) as ConstantName[]).push(name);
    used += wide;
  }
  return parts.flatMap((part, index) => {
    const rows = queries.map((query, row) => {
      const constants = constantsOf(query);
      const cells = part.map((name) => {
        const constant = constants.find((each) => each.name === name);
        return constant?.bytes === undefined ? '-' : shortSize(constant.bytes);
      });
      return [names[row] as string, ...cells];
    });
    const head = ['', ...part.map((name) => constantEntry(name).label)];
    const aligns = head.map((_, column) => (column === 0 ? 'left' : 'right') as 'left' | 'right');
    const lines = renderTable([head, ...rows], aligns, { unicode });
    return [...(index > 0 ? [''] : []), style.bold(lines[0] as string), ...lines.slice(1)];
  });
}

/** What tells the queries apart: only what differs between them. */
function rowNames(queries: readonly ConstantsQuery[]): string[] {
  const differs = (of: (query: ConstantsQuery) => unknown): boolean => new Set(queries.map(of)).size > 1;
  return queries.map((query) => {
    const words: string[] = [];
    if (differs(({ arch }) => arch)) words.push(query.arch);
    if (differs(({ kernel }) => kernel)) words.push(query.kernel);
    if (differs(({ memoryBytes }) => memoryBytes)) words.push(shortSize(query.memoryBytes));
    if (differs(({ hypervisor }) => hypervisor)) words.push(query.hypervisor ? 'virtual' : 'bare');
    return words.length === 0 ? query.arch : words.join(' ');
  });
}

/** Every constant of one query with its source. */
export function constantsWhy(query: ConstantsQuery, { width, color }: Terminal): string[] {
  const style = styleOf(color);
  const room = Math.min(width, 100);
  const lines: string[] = [];
  for (const { name, bytes, evidence } of constantsOf(query)) {
    const { label, source, says } = constantEntry(name);
    lines.push(`${style.bold(label)}  ${bytes === undefined ? 'none' : shortSize(bytes)}  ${style.faint(`(${WORDS[evidence]})`)}`);
    lines.push(...wrapText(`${says} (${source})`, room - 2).map((line) => `  ${line}`));
  }
  return lines;
}

/** What holds for all rows, and what no profile tells. */
export function constantsNotes(queries: readonly ConstantsQuery[], width: number): string[] {
  const room = Math.min(width, 100);
  const [first] = queries;
  if (first === undefined) return [];
  const same = <T>(of: (query: ConstantsQuery) => T): boolean => queries.every((query) => of(query) === of(first));
  const fixed = [
    ...(same(({ arch }) => arch) ? [first.arch] : []),
    ...(same(({ kernel }) => kernel) ? [`Linux ${first.kernel}`] : []),
    ...(same(({ memoryBytes }) => memoryBytes) ? [`RAM that ends at ${shortSize(first.memoryBytes)}`] : []),
    ...(same(({ hypervisor }) => hypervisor) ? [first.hypervisor ? 'a virtual machine' : 'bare metal'] : []),
  ];
  const archs = archNames().filter((arch) => queries.some((query) => query.arch.startsWith(arch)));
  const caveats = archs.flatMap((arch) => (CAVEATS[arch] === undefined ? [] : wrapText(`${arch}: ${CAVEATS[arch]}.`, room)));
  return [...(fixed.length === 0 ? [] : wrapText(`${fixed.join(', ')}.`, room)), ...caveats];
}
