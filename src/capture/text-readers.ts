/** Small readers of what tools and /proc print about memory: lsmem, numactl --hardware, meminfo, zoneinfo. */

import { blockRuns, countBlocks, type CapturedBlock } from './block-runs.ts';
import { NoteList, shown } from './capture-error.ts';
import type { CapturedNode, CapturedPart, CapturedZone } from './captured-machine.ts';
import { countText } from './finding.ts';
import { hexNumber } from './iomem-line.ts';
import { CAPTURE_LIMITS } from './limits.ts';

/** Lines without quote marks and outer blanks, at most as long as is looked at. */
function* plainLines(text: string): Generator<[line: string, number: number]> {
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    if (raw.length <= CAPTURE_LIMITS.lineLength) yield [raw.replace(/^(?:[ \t]*[>|])+/, '').trim(), number];
  }
}

const UNITS: Readonly<Record<string, number>> = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50 };

/** `128M` or a count of bytes; undefined for anything else, and for what is not whole bytes. */
function sizeOf(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d)?)\s?([BKMGTP])?$/.exec(text);
  if (match === null) return undefined;
  const size = Number(match[1]) * (UNITS[match[2] ?? 'B'] as number);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Reads the table lsmem prints: ranges, states, nodes and zones where columns are there, and the block size. */
export function parseLsmem(text: string, source: string): CapturedPart {
  const notes = new NoteList();
  const rows: { start: number; last: number; words: string[]; number: number }[] = [];
  let heading: string[] = [];
  let blockSizeBytes: number | undefined;
  for (const [line, number] of plainLines(text)) {
    const match = /^0x([0-9a-f]+)-0x([0-9a-f]+)\b(.*)$/i.exec(line);
    const size = /^Memory block size:\s*(\S+)$/.exec(line)?.[1];
    if (size !== undefined) blockSizeBytes = sizeOf(size);
    else if (/^RANGE\b/.test(line)) heading = line.split(/\s+/);
    else if (match !== null) {
      const start = hexNumber(match[1] as string);
      const last = hexNumber(match[2] as string);
      if (start === undefined || last === undefined || last < start) {
        notes.add({ code: 'inverted', source, line: number, text: `\`${shown(line, 50)}\` is no range` });
      } else rows.push({ start, last, words: (match[3] as string).trim().split(/\s+/), number });
    }
  }
  const filled = heading.slice(1);
  const ofOffline = filled.filter((column) => column !== 'REMOVABLE');
  const at = (words: readonly string[], column: string): string | undefined => {
    // A blank column shifts the words behind it. lsmem leaves REMOVABLE blank for offline memory; no other row is trusted.
    const isOffline = words.length === ofOffline.length && words[ofOffline.indexOf('STATE')] === 'offline';
    const columns = isOffline ? ofOffline : words.length === filled.length ? filled : [];
    const index = columns.indexOf(column);
    return index < 0 ? undefined : words[index];
  };
  const blocks: CapturedBlock[] = [];
  for (const { start, last, words, number } of rows) {
    const bytes = last + 1 - start;
    const ids = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(at(words, 'BLOCK') ?? '');
    if (ids !== null && blockSizeBytes === undefined) {
      const size = bytes / (Number(ids[2] ?? ids[1]) - Number(ids[1]) + 1);
      if (Number.isInteger(Math.log2(size))) blockSizeBytes = size;
    }
    if (blockSizeBytes === undefined || start % blockSizeBytes !== 0 || bytes % blockSizeBytes !== 0) {
      notes.add({
        code: 'block-size',
        source,
        line: number,
        text: 'the range cannot be divided into blocks: no block size fits it',
      });
      continue;
    }
    const state = at(words, 'STATE');
    const node = at(words, 'NODE');
    const id = start / blockSizeBytes;
    const removable = at(words, 'REMOVABLE');
    blocks.push({
      id,
      last: id + bytes / blockSizeBytes - 1,
      state: state === 'online' || state === 'offline' ? state : state === 'on->off' ? 'going-offline' : 'unknown',
      zones: at(words, 'ZONES')?.replaceAll('/', ' '),
      nodes: node !== undefined && /^\d{1,6}$/.test(node) ? [Number(node)] : undefined,
      removable: removable === undefined ? undefined : removable === 'yes',
    });
  }
  const runs = blockRuns(blocks);
  return {
    sources: [{ name: source, kind: 'lsmem', says: `lsmem: ${countText(countBlocks(runs), 'block')}` }],
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes, blockSizeFrom: 'lsmem' as const }),
    ...(runs.length === 0 ? {} : { blocks: runs }),
    notes: notes.all(source),
  };
}

/** Reads nodes and their sizes from `numactl --hardware`. */
export function parseNumactl(text: string, source: string): CapturedPart {
  const nodes = new Map<number, CapturedNode>();
  for (const [line] of plainLines(text)) {
    const match = /^node (\d{1,6}) (?:cpus:|size: (\d{1,12}) MB)/.exec(line);
    if (match === null) continue;
    const nid = Number(match[1]);
    const memTotal = match[2] === undefined ? nodes.get(nid)?.memTotal : Number(match[2]) * 2 ** 20;
    nodes.set(nid, { nid, memTotal });
  }
  return {
    sources: [{ name: source, kind: 'numactl', says: `numactl --hardware: ${countText(nodes.size, 'node')}` }],
    nodes: [...nodes.values()].sort((a, b) => a.nid - b.nid),
    notes: [],
  };
}

/** Reads MemTotal of /proc/meminfo. */
export function parseMeminfo(text: string, source: string): CapturedPart {
  const kilobytes = /^\s*MemTotal:\s*(\d{1,12}) kB/m.exec(text.slice(0, 20_000))?.[1];
  return {
    sources: [{ name: source, kind: 'meminfo', says: '/proc/meminfo' }],
    ...(kilobytes === undefined ? {} : { memTotal: Number(kilobytes) * 1024 }),
    notes: [],
  };
}

/** Reads zones of /proc/zoneinfo: spanned, present and managed pages, and the start where it is printed. */
export function parseZoneinfo(text: string, source: string): CapturedPart {
  const zones: {
    nid: number;
    name: string;
    startPfn: number | undefined;
    spanned: number;
    present: number;
    managed: number | undefined;
  }[] = [];
  for (const [line] of plainLines(text)) {
    const heading = /^Node (\d{1,6}), zone\s+(\S{1,20})$/.exec(line);
    if (heading !== null) {
      zones.push({
        nid: Number(heading[1]),
        name: heading[2] as string,
        startPfn: undefined,
        spanned: 0,
        present: 0,
        managed: undefined,
      });
      continue;
    }
    const zone = zones.at(-1);
    const value = /^(spanned|present|managed|start_pfn):?\s+(\d{1,15})$/.exec(line);
    if (zone === undefined || value === null) continue;
    const pages = Number(value[2]);
    if (value[1] === 'spanned') zone.spanned = pages;
    else if (value[1] === 'present') zone.present = pages;
    else if (value[1] === 'managed') zone.managed = pages;
    else zone.startPfn = pages;
  }
  const filled: CapturedZone[] = zones.filter((zone) => zone.spanned > 0 || zone.present > 0);
  return {
    sources: [
      { name: source, kind: 'zoneinfo', says: `/proc/zoneinfo: ${countText(filled.length, 'zone')} with memory` },
    ],
    ...(filled.length === 0 ? {} : { zones: filled }),
    notes: [],
  };
}
