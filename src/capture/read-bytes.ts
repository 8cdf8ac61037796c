/** What bytes hold of a machine: a tar archive with its /sys and /proc, or one of the texts that are read. */

import type { FileTree } from '../sysfs/file-tree.ts';
import type { NamedPart } from './assemble.ts';
import { partOfBootLog } from './boot-log-part.ts';
import { CaptureError, shown } from './capture-error.ts';
import type { CapturedPart } from './captured-machine.ts';
import { parseDeviceJson } from './device-json.ts';
import { countText } from './finding.ts';
import { parseIomem } from './iomem.ts';
import { CAPTURE_LIMITS, type CaptureLimits } from './limits.ts';
import { machineRoots, type MachineRoot } from './machine-roots.ts';
import { sniff } from './sniff.ts';
import { looksLikeTar } from './tar.ts';
import { parseLsmem, parseMeminfo, parseNumactl, parseZoneinfo } from './text-readers.ts';
import { partOfTree } from './tree-part.ts';
import { unpackTar } from './unpack-tar.ts';

/** What a source holds, and the trees behind it, for tools that read files (lsmem). */
export interface ReadSource {
  readonly parts: NamedPart[];
  readonly trees: { readonly name: string; readonly tree: FileTree }[];
}

/**
 * Reads bytes of a file, already uncompressed: an archive, or a text recognised by its content.
 * @throws CaptureError when they are damaged, too large, or hold nothing of a machine's memory.
 */
export function readPlainBytes(plain: Uint8Array, name: string, limits: CaptureLimits = CAPTURE_LIMITS): ReadSource {
  if (looksLikeTar(plain)) {
    const { tree, entries } = unpackTar(plain, name, limits);
    const roots = machineRoots(tree, tree.paths());
    if (roots.length === 0) {
      throw new CaptureError(
        'no-machine',
        { source: name },
        `none of the ${entries} entries of the archive belongs to /sys/devices/system/memory, ` +
          '/sys/devices/system/node or /proc/iomem',
      );
    }
    return readRoots(roots, name);
  }
  if (plain.length > limits.textBytes) {
    throw new CaptureError(
      'too-large',
      { source: name },
      `the text has ${plain.length} bytes (limit ${limits.textBytes})`,
    );
  }
  return { parts: [{ name, part: partOfText(decode(plain), name) }], trees: [] };
}

/** UTF-8 or, marked so, UTF-16, as other systems' editors save it. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** @throws CaptureError for a text that holds nothing of a memory layout. */
export function partOfText(text: string, name: string): CapturedPart {
  const { kind, says } = sniff(text);
  switch (kind) {
    case 'iomem': {
      const iomem = parseIomem(text, name);
      const hidden = iomem.masked ? ', addresses hidden' : '';
      return {
        sources: [{ name, kind, says: `/proc/iomem: ${countText(iomem.lines, 'line')}${hidden}` }],
        iomem,
        notes: iomem.notes,
      };
    }
    case 'boot-log':
      return partOfBootLog(text, name);
    case 'lsmem':
      return parseLsmem(text, name);
    case 'numactl':
      return parseNumactl(text, name);
    case 'meminfo':
      return parseMeminfo(text, name);
    case 'zoneinfo':
      return parseZoneinfo(text, name);
    case 'device-json':
      return parseDeviceJson(name, text);
    case 'empty':
      throw new CaptureError('empty', { source: name }, 'the file is empty', ACCEPTED);
    case 'binary':
      throw new CaptureError('binary', { source: name }, 'this is neither text nor a tar archive', ACCEPTED);
    default:
      if (says !== 'not recognised') return { sources: [{ name, kind: 'other', says }], notes: [] };
      throw new CaptureError(
        'not-recognised',
        { source: name, line: 1 },
        `this text is nothing that is read here: \`${shown(text.trimStart().split('\n', 1)[0] ?? '')}\``,
        ACCEPTED,
      );
  }
}

const ACCEPTED =
  'read are: /proc/iomem, a /sys tree (folder, tar, tar.gz, tar.bz2), a boot log, lsmem, numactl ' +
  '--hardware, ndctl/daxctl/cxl JSON';

/** @throws CaptureError when none of the roots holds anything of a machine's memory. */
export function readRoots(roots: readonly MachineRoot[], source: string): ReadSource {
  const parts: NamedPart[] = [];
  const trees: { name: string; tree: FileTree }[] = [];
  for (const root of roots) {
    const name = roots.length === 1 ? source : `${source}:${root.path}`;
    const part = partOfTree(root.tree, name);
    // A root that was only a folder of that name holds no machine; with several, the others still count.
    if (part.sources.length === 0 && part.notes.length === 0 && roots.length > 1) continue;
    parts.push({ name, part });
    trees.push({ name, tree: root.tree });
  }
  if (parts.every(({ part }) => part.sources.length === 0)) {
    const first = parts.flatMap(({ part }) => part.notes)[0];
    throw new CaptureError(
      'no-machine',
      { source },
      first === undefined ? 'no memory block, node or resource is recorded here' : `nothing can be used: ${first.text}`,
    );
  }
  return { parts, trees };
}
