/** Takes everything about memory out of one machine's file tree. */

import type { E820Entry, E820Type } from '../kernel/boot/boot-map.ts';
import type { FileTree } from '../sysfs/file-tree.ts';
import { CaptureError, type CaptureNote } from './capture-error.ts';
import type { CapturedPart, CapturedSource } from './captured-machine.ts';
import { archFromCpuinfo, archFromText } from './captured-profile.ts';
import { countBlocks } from './block-runs.ts';
import { countText } from './finding.ts';
import { hexNumber } from './iomem-line.ts';
import { parseIomem } from './iomem.ts';
import { readMemoryFolder } from './memory-folder.ts';
import { parseMeminfo, parseZoneinfo } from './text-readers.ts';

const FIRMWARE_MEMMAP = '/sys/firmware/memmap';

/** Most entries of the firmware's map taken. */
const MAX_FIRMWARE_ENTRIES = 10_000;

/** Words of /sys/firmware/memmap for each type, with those of older kernels. */
const FIRMWARE_TYPES: Readonly<Record<string, E820Type>> = {
  'System RAM': 'ram',
  Reserved: 'reserved',
  reserved: 'reserved',
  'ACPI Tables': 'acpi',
  'ACPI Non-volatile Storage': 'nvs',
  'Unusable memory': 'unusable',
  'Persistent Memory': 'pmem',
  'Persistent Memory (legacy)': 'pram',
  'Persistent RAM': 'pram',
  'Soft Reserved': 'soft-reserved',
};

/** Reads a machine from the tree at whose root its /sys and /proc lie. What is missing stays undefined. */
export function partOfTree(tree: FileTree, name: string): CapturedPart {
  const folder = readMemoryFolder(tree, name);
  const notes: CaptureNote[] = [...folder.notes];
  const sources: CapturedSource[] = [];
  const found: string[] = [];
  if (folder.blocks !== undefined) found.push(countText(countBlocks(folder.blocks), 'memory block'));
  if (folder.nodes !== undefined) found.push(countText(folder.nodes.length, 'node'));
  if (found.length > 0 || folder.blockSizeBytes !== undefined) {
    sources.push({ name, kind: 'sysfs', says: `/sys: ${found.join(', ') || 'block size only'}` });
  }
  let part: CapturedPart = {
    sources,
    ...(folder.blockSizeBytes === undefined
      ? {}
      : { blockSizeBytes: folder.blockSizeBytes, blockSizeFrom: 'recorded' as const }),
    ...(folder.blocks === undefined ? {} : { blocks: folder.blocks }),
    ...(folder.nodes === undefined ? {} : { nodes: folder.nodes }),
    ...(folder.autoOnline === undefined ? {} : { autoOnline: folder.autoOnline }),
    notes,
  };
  const iomem = fileText(tree, '/proc/iomem');
  if (iomem !== undefined) {
    try {
      const read = parseIomem(iomem, `${name}: /proc/iomem`);
      part = { ...part, iomem: read };
      notes.push(...read.notes);
      sources.push({
        name,
        kind: 'iomem',
        says: `/proc/iomem: ${countText(read.lines, 'line')}${read.masked ? ', addresses hidden' : ''}`,
      });
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      notes.push({ code: error.code, ...error.place, text: error.message });
    }
  }
  const zoneinfo = fileText(tree, '/proc/zoneinfo');
  if (zoneinfo !== undefined) {
    const read = parseZoneinfo(zoneinfo, name);
    sources.push(...read.sources);
    if (read.zones !== undefined) part = { ...part, zones: read.zones };
  }
  const memTotal = parseMeminfo(fileText(tree, '/proc/meminfo') ?? '', name).memTotal;
  const cmdline = fileText(tree, '/proc/cmdline')?.trim();
  const e820 = firmwareMemmap(tree);
  return {
    ...part,
    ...(memTotal === undefined ? {} : { memTotal }),
    ...(cmdline === undefined ? {} : { cmdline: cmdline.slice(0, 8192) }),
    ...(e820 === undefined ? {} : { e820 }),
    ...identity(tree),
  };
}

/** Release, architecture and the hypervisor bit, from whatever file tells. */
function identity(tree: FileTree): Pick<CapturedPart, 'kernelRelease' | 'arch' | 'hypervisor'> {
  const version = fileText(tree, '/proc/version') ?? '';
  const release =
    fileText(tree, '/proc/sys/kernel/osrelease')?.trim() ?? /^Linux version (\S{1,100})/.exec(version)?.[1];
  const cpuinfo = fileText(tree, '/proc/cpuinfo') ?? '';
  const arch = archFromCpuinfo(cpuinfo) ?? archFromText(`${release ?? ''} ${version.slice(0, 1000)}`);
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo.slice(0, 20_000))?.[1];
  return {
    ...(release === undefined || !/^\d/.test(release) ? {} : { kernelRelease: release.slice(0, 100) }),
    ...(arch === undefined ? {} : { arch }),
    ...(flags === undefined ? {} : { hypervisor: /\bhypervisor\b/.test(flags) }),
  };
}

/** The firmware's map as the kernel exports it, before any `memmap=`; undefined when not recorded or not readable. */
function firmwareMemmap(tree: FileTree): E820Entry[] | undefined {
  const names = tree.list(FIRMWARE_MEMMAP);
  if (typeof names === 'number') return undefined;
  const entries: E820Entry[] = [];
  for (const name of names.slice(0, MAX_FIRMWARE_ENTRIES)) {
    const folder = `${FIRMWARE_MEMMAP}/${name}`;
    const number = (file: string): number | undefined => {
      const text = fileText(tree, `${folder}/${file}`)?.trim();
      return text !== undefined && /^0x[0-9a-f]+$/i.test(text) ? hexNumber(text.slice(2)) : undefined;
    };
    const start = number('start');
    const last = number('end');
    const type = fileText(tree, `${folder}/type`)?.trim();
    if (start === undefined || last === undefined || last < start || type === undefined) continue;
    entries.push({ start, end: last + 1, type: FIRMWARE_TYPES[type] ?? 'unknown' });
  }
  return entries.length === 0 ? undefined : entries.sort((a, b) => a.start - b.start);
}

function fileText(tree: FileTree, path: string): string | undefined {
  const text = tree.read(path);
  return typeof text === 'number' || text === '' ? undefined : text;
}
