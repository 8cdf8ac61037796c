/** lsmem as util-linux 2.38.1 has it, over any tree of files: the model's, a captured one, a real one. */

import { ENOTTY, strerror } from '../kernel/errno.ts';
import type { FileTree } from '../sysfs/file-tree.ts';
import { humanSize } from './human-size.ts';
import {
  type LsmemColumn, type LsmemColumns, type LsmemExit, type LsmemOptions, parseLsmemColumns, parseLsmemOptions,
} from './lsmem-options.ts';
import {
  MEMORY_DIR, type BlockFiles, listBlocks, nodeOf, parseBlockSize, readBlock, readLine,
} from './memory-block-dirs.ts';
import { type Column, type Row, formatJson, formatPairs, formatRaw, formatTable } from './smartcols.ts';
import type { TextOutput } from './text-output.ts';

/** Neighbouring blocks shown as one line; what is shown of them is the first one's. */
interface Range {
  readonly first: BlockFiles;
  count: bigint;
}

interface Memory {
  readonly blockSize: bigint;
  readonly ranges: readonly Range[];
  readonly hasNodes: boolean;
  readonly hasZones: boolean;
  readonly onlineBytes: bigint;
  readonly offlineBytes: bigint;
}

/**
 * Whose layout: Debian 12's util-linux, or that of util-linux's own expected outputs, which came after it
 * (no least width for sizes, wider labels in the summary).
 */
export type LsmemLayout = '2.38.1' | 'later';

const LAYOUTS: Readonly<Record<LsmemLayout, { readonly sizeHint: number; readonly labelWidth: number }>> = {
  '2.38.1': { sizeHint: 5, labelWidth: 23 },
  later: { sizeHint: 0, labelWidth: 32 },
};

const STATE_TEXT = { online: 'online', offline: 'offline', 'going-offline': 'on->off', unknown: '?' } as const;

function sameBy(splitBy: readonly LsmemColumn[], a: BlockFiles, b: BlockFiles): boolean {
  return splitBy.every((column) => {
    if (column === 'STATE') return a.state === b.state;
    if (column === 'REMOVABLE') return a.removable === b.removable;
    if (column === 'NODE') return a.nid === b.nid;
    // A zone lsmem does not know is like no other, not even like itself.
    if (column === 'ZONES') return a.zones.join() === b.zones.join() && !a.zones.includes('Unknown');
    return true;
  });
}

/** Reads every block and merges neighbours; a string is why that cannot be. */
function readMemory(tree: FileTree, options: LsmemOptions, splitBy: readonly LsmemColumn[]): Memory | string {
  const dir = options.sysroot + MEMORY_DIR;
  const sizeText = readLine(tree, `${dir}/block_size_bytes`);
  if (sizeText === undefined) return 'This system does not support memory blocks';
  const blockSize = parseBlockSize(sizeText);
  const blocks = listBlocks(tree, dir) ?? [];
  const [lowest] = blocks;
  // lsmem reports the errno that asking for the terminal's width left behind, which a summary alone does not do.
  if (lowest === undefined) return `Failed to read ${dir}: ${options.wantsTable ? strerror(ENOTTY) : 'Success'}`;
  const hasNodes = nodeOf(tree, `${dir}/${lowest.name}`) !== -1;
  // lsmem asks block 0 alone, whether or not there is one.
  const hasZones = tree.kind(`${dir}/memory0/valid_zones`) !== undefined;

  const ranges: Range[] = [];
  let online = 0n;
  let offline = 0n;
  for (const dirEntry of blocks) {
    const block = readBlock(tree, dir, dirEntry, { nodes: hasNodes, zones: hasZones });
    if (block.state === 'online') online += blockSize;
    else offline += blockSize;
    const last = ranges[ranges.length - 1];
    const joins =
      last !== undefined &&
      !options.all &&
      last.first.id + last.count === block.id &&
      sameBy(splitBy, last.first, block);
    if (joins) last.count += 1n;
    else ranges.push({ first: block, count: 1n });
  }
  return { blockSize, ranges, hasNodes, hasZones, onlineBytes: online, offlineBytes: offline };
}

function address(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;
}

function cell(column: LsmemColumn, range: Range, memory: Memory, bytes: boolean): string | undefined {
  const { first, count } = range;
  const size = BigInt.asUintN(64, count * memory.blockSize);
  switch (column) {
    case 'RANGE': {
      const start = first.id * memory.blockSize;
      return `${address(start)}-${address(start + size - 1n)}`;
    }
    case 'SIZE':
      return bytes ? String(size) : humanSize(size);
    case 'STATE':
      return STATE_TEXT[first.state];
    case 'REMOVABLE':
      return first.state === 'online' ? (first.removable ? 'yes' : 'no') : undefined;
    case 'BLOCK':
      return count === 1n ? String(first.id) : `${first.id}-${first.id + count - 1n}`;
    case 'NODE':
      return memory.hasNodes ? String(first.nid) : undefined;
    case 'ZONES':
      return memory.hasZones && first.zones.length > 0 ? first.zones.join('/') : undefined;
  }
}

function jsonType(column: LsmemColumn, bytes: boolean): Column['json'] {
  if (column === 'NODE' || (column === 'SIZE' && bytes)) return 'number';
  return column === 'REMOVABLE' ? 'boolean' : 'string';
}

function formatRanges(
  memory: Memory,
  options: LsmemOptions,
  shown: LsmemColumns['shown'],
  layout: LsmemLayout,
): string {
  const columns = shown.map((name): Column => ({
    name,
    alignRight: name !== 'RANGE',
    widthHint: name === 'SIZE' ? LAYOUTS[layout].sizeHint : 0,
    json: jsonType(name, options.bytes),
  }));
  const rows = memory.ranges.map((range): Row => shown.map((name) => cell(name, range, memory, options.bytes)));
  if (options.layout === 'json') return formatJson('memory', columns, rows);
  if (options.layout === 'pairs') return formatPairs(columns, rows);
  if (options.layout === 'raw') return formatRaw(columns, rows, options.headings);
  return formatTable(columns, rows, options.headings);
}

function formatSummary(memory: Memory, options: LsmemOptions, layout: LsmemLayout): string {
  const line = (label: string, bytes: bigint): string => {
    const size = options.bytes ? String(bytes).padStart(15) : humanSize(bytes).padStart(5);
    return `${label.padEnd(LAYOUTS[layout].labelWidth)} ${size}\n`;
  };
  return (
    line('Memory block size:', memory.blockSize) +
    line('Total online memory:', memory.onlineBytes) +
    line('Total offline memory:', memory.offlineBytes)
  );
}

/**
 * Runs `lsmem ARGS` over a tree and returns its exit status. Output is what a pipe would get.
 *
 *     lsmem(tree, ['-a', '-o', '+NODE'], { stdout: (text) => { … }, stderr: (text) => { … } });
 */
export function lsmem(
  tree: FileTree,
  args: readonly string[],
  out: TextOutput,
  layout: LsmemLayout = '2.38.1',
): number {
  const leave = (message: LsmemExit): number => {
    if (message.stdout !== undefined) out.stdout(message.stdout);
    if (message.stderr !== undefined) out.stderr(message.stderr);
    return message.exit;
  };
  const fail = (message: string): number => leave({ exit: 1, stderr: `lsmem: ${message}\n` });

  const options = parseLsmemOptions(args);
  if ('exit' in options) return leave(options);
  if (tree.kind(options.sysroot + MEMORY_DIR) === undefined) {
    return fail(`cannot open ${MEMORY_DIR}: No such file or directory`);
  }
  const columns = parseLsmemColumns(options);
  if ('exit' in columns) return leave(columns);
  const memory = readMemory(tree, options, columns.splitBy);
  if (typeof memory === 'string') return fail(memory);
  if (options.wantsTable) out.stdout(formatRanges(memory, options, columns.shown, layout));
  if (options.wantsTable && options.wantsSummary) out.stdout('\n');
  if (options.wantsSummary) out.stdout(formatSummary(memory, options, layout));
  return 0;
}
