/** Reads /sys/devices/system/memory and /sys/devices/system/node of any file tree. */

import { GiB, MiB, type Nid } from '../kernel/units.ts';
import type { FileTree } from '../sysfs/file-tree.ts';
import { blockRuns, type CapturedBlock } from './block-runs.ts';
import { CaptureError, NoteList, shown, type CaptureNote } from './capture-error.ts';
import type { BlockState, CapturedBlockRun, CapturedNode } from './captured-machine.ts';
import { hexNumber } from './iomem-line.ts';
import { CAPTURE_LIMITS } from './limits.ts';

export const MEMORY_FOLDER = '/sys/devices/system/memory';
export const NODE_FOLDER = '/sys/devices/system/node';

/** The smallest section of any architecture (ppc64), and the largest block any firmware asks for (SGI UV). */
const MIN_BLOCK_SIZE = 16 * MiB;
const MAX_BLOCK_SIZE = 64 * GiB;

export interface MemoryFolder {
  readonly blockSizeBytes: number | undefined;
  readonly blocks: CapturedBlockRun[] | undefined;
  readonly nodes: CapturedNode[] | undefined;
  readonly autoOnline: string | undefined;
  readonly notes: CaptureNote[];
}

/**
 * Reads blocks, nodes and block size; each part may be missing. Blocks that only nodes link are taken, without a state.
 * @throws CaptureError when there are more blocks than any machine has.
 */
export function readMemoryFolder(tree: FileTree, source: string): MemoryFolder {
  const notes = new NoteList();
  const blockSizeBytes = readBlockSize(tree, source, notes);
  const { nodes, linked } = readNodes(tree, source);
  const blocks = new Map<number, CapturedBlock>();
  const names = tree.list(MEMORY_FOLDER);
  const highest = Number.MAX_SAFE_INTEGER / (blockSizeBytes ?? 1) - 1;
  for (const name of typeof names === 'number' ? [] : names) {
    const id = blockId(name);
    if (id === undefined) continue;
    if (!(id <= highest)) {
      notes.add({
        code: 'block-number',
        source,
        text: `${shown(name, 30)} would lie above 2^53 bytes; it is left out`,
      });
      continue;
    }
    if (blocks.size >= CAPTURE_LIMITS.blocks) throw tooManyBlocks(source);
    blocks.set(id, readBlock(tree, id, linked.get(id), source, notes));
  }
  for (const [id, nids] of linked) {
    if (blocks.has(id) || !(id <= highest)) continue;
    if (blocks.size >= CAPTURE_LIMITS.blocks) throw tooManyBlocks(source);
    blocks.set(id, { id, state: 'unknown', zones: undefined, nodes: nids, removable: undefined });
  }
  return {
    blockSizeBytes,
    blocks: blocks.size === 0 ? undefined : blockRuns(blocks.values()),
    nodes,
    autoOnline: textOf(tree, `${MEMORY_FOLDER}/auto_online_blocks`),
    notes: notes.all(source),
  };
}

function tooManyBlocks(source: string): CaptureError {
  return new CaptureError('too-many-blocks', { source }, `more than ${CAPTURE_LIMITS.blocks} memory blocks`);
}

/** The number in `memory12`; undefined for anything else. Numbers too large come back as Infinity, to be named. */
function blockId(name: string): number | undefined {
  if (!/^memory(?:0|[1-9]\d*)$/.test(name)) return undefined;
  return name.length > 6 + 15 ? Infinity : Number(name.slice(6));
}

function readBlock(
  tree: FileTree,
  id: number,
  linked: readonly Nid[] | undefined,
  source: string,
  notes: NoteList,
): CapturedBlock {
  const folder = `${MEMORY_FOLDER}/memory${id}`;
  const inside = tree.list(folder);
  const own: Nid[] = [];
  for (const name of typeof inside === 'number' ? [] : inside) {
    if (/^node\d{1,6}$/.test(name)) own.push(Number(name.slice(4)));
  }
  const nodes = [...new Set([...own, ...(linked ?? [])])].sort((a, b) => a - b);
  const removable = textOf(tree, `${folder}/removable`);
  return {
    id,
    state: stateOf(tree, folder, source, notes),
    zones: textOf(tree, `${folder}/valid_zones`)?.replace(/\s+/g, ' '),
    nodes: nodes.length === 0 ? undefined : nodes,
    removable: removable === undefined ? undefined : removable !== '0',
  };
}

function stateOf(tree: FileTree, folder: string, source: string, notes: NoteList): BlockState {
  const state = textOf(tree, `${folder}/state`);
  if (state === 'online' || state === 'offline' || state === 'going-offline') return state;
  if (state !== undefined) {
    notes.add({
      code: 'block-state',
      source: `${source}: ${folder}/state`,
      line: 1,
      text: `expected \`online\`, \`offline\` or \`going-offline\`, found \`${shown(state, 30)}\``,
    });
    return 'unknown';
  }
  const online = textOf(tree, `${folder}/online`);
  return online === '1' ? 'online' : online === '0' ? 'offline' : 'unknown';
}

function readBlockSize(tree: FileTree, source: string, notes: NoteList): number | undefined {
  const text = textOf(tree, `${MEMORY_FOLDER}/block_size_bytes`);
  if (text === undefined) return undefined;
  const size = /^(?:0x)?[0-9a-f]+$/i.test(text) ? hexNumber(text.replace(/^0x/i, '')) : undefined;
  if (size !== undefined && size >= MIN_BLOCK_SIZE && size <= MAX_BLOCK_SIZE && Number.isInteger(Math.log2(size)))
    return size;
  const expected = 'expected a power of two from 16 MiB to 64 GiB in hexadecimal, such as `8000000`';
  notes.add({
    code: 'block-size',
    source: `${source}: ${MEMORY_FOLDER}/block_size_bytes`,
    line: 1,
    text: `${expected}, found \`${shown(text, 30)}\``,
  });
  return undefined;
}

function readNodes(tree: FileTree, source: string): { nodes: CapturedNode[] | undefined; linked: Map<number, Nid[]> } {
  const linked = new Map<number, Nid[]>();
  const names = tree.list(NODE_FOLDER);
  if (typeof names === 'number') return { nodes: undefined, linked };
  const nids = names.filter((name) => /^node\d{1,6}$/.test(name)).map((name) => Number(name.slice(4)));
  nids.sort((a, b) => a - b);
  const nodes: CapturedNode[] = [];
  let links = 0;
  for (const nid of nids) {
    const folder = `${NODE_FOLDER}/node${nid}`;
    const memTotal = /MemTotal:\s*(\d{1,12}) kB/.exec(textOf(tree, `${folder}/meminfo`) ?? '')?.[1];
    nodes.push({ nid, memTotal: memTotal === undefined ? undefined : Number(memTotal) * 1024 });
    const inside = tree.list(folder);
    for (const name of typeof inside === 'number' ? [] : inside) {
      const id = blockId(name);
      if (id === undefined || id === Infinity) continue;
      if ((links += 1) > CAPTURE_LIMITS.blocks) throw tooManyBlocks(source);
      const list = linked.get(id);
      if (list === undefined) linked.set(id, [nid]);
      else list.push(nid);
    }
  }
  return { nodes: nodes.length === 0 ? undefined : nodes, linked };
}

function textOf(tree: FileTree, path: string): string | undefined {
  const text = tree.read(path);
  if (typeof text === 'number') return undefined;
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}
