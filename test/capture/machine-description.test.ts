/** A machine read from /proc/iomem and its blocks, booted again on the model, is the machine that was recorded. */

import { expect, test } from 'vitest';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { blockRuns } from '../../src/capture/block-runs.ts';
import type { BlockState, CapturedPart } from '../../src/capture/captured-machine.ts';
import { parseIomem } from '../../src/capture/iomem.ts';
import { machineDescriptionOf } from '../../src/capture/machine-description.ts';
import { boot } from '../../src/kernel/boot/boot.ts';
import { createKernel } from '../../src/kernel/create-kernel.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { recordings, type Recording } from './shared-data.ts';

function partOf(recording: Recording): CapturedPart {
  const { name, kernel, boot_state: state } = recording;
  const blocks = state.blocks.flatMap(({ first, last, state: word, valid_zones: zones }) =>
    Array.from({ length: last - first + 1 }, (_, index) => {
      const id = first + index;
      const start = (id * kernel.block_size_bytes) / 4096;
      const end = start + kernel.block_size_bytes / 4096;
      const nodes = state.zones
        .filter((zone) => zone.start_pfn < end && start < zone.start_pfn + zone.spanned)
        .map(({ node }) => node);
      return { id, state: word as BlockState, zones, nodes: [...new Set(nodes)], removable: undefined };
    }),
  );
  return {
    sources: [],
    notes: [],
    iomem: parseIomem(state.iomem.join('\n'), name),
    blocks: blockRuns(blocks),
    blockSizeBytes: kernel.block_size_bytes,
    blockSizeFrom: 'recorded',
    cmdline: recording.cmdline,
    kernelRelease: kernel.release,
    arch: 'x86_64',
  };
}

/** `first-last` of blocks, joined where they touch. */
function idRuns(runs: readonly { first: number; last: number }[]): string {
  const joined: [number, number][] = [];
  for (const { first, last } of runs) {
    const before = joined.at(-1);
    if (before !== undefined && before[1] + 1 === first) before[1] = last;
    else joined.push([first, last]);
  }
  return joined.map((run) => run.join('-')).join();
}

test('blocks, early sections and zones come back', (context) => {
  const all = recordings();
  if (all.length === 0) return context.skip('the recordings are not here');
  const differ = { blocks: [] as string[], sections: [] as string[], zones: [] as string[] };
  for (const recording of all) {
    const { name, boot_state: state } = recording;
    const description = machineDescriptionOf(assembleMachines([{ name, part: partOf(recording) }])[0]!)!;
    const profile = resolveProfile(description.profileName, description.archName);
    const map = { ...boot(description.boot, profile), memoryBlockSizeBytes: description.memoryBlockSizeBytes! };
    const kernel = createKernel(map, profile, description.boot);
    if (idRuns(kernel.blocks.runs()) !== idRuns(state.blocks)) differ.blocks.push(name);
    const early = state.sections.filter(({ flags }) => name.includes('5.0') || Math.floor(flags / 8) % 2 === 1);
    if (idRuns(kernel.sections.runs()) !== idRuns(early)) differ.sections.push(name);
    const zones = map.nodes.flatMap(({ nid, zones: own }) =>
      own.flatMap(({ startPfn, spanned, present }, zone) =>
        spanned === 0 ? [] : [[nid, zone, startPfn, spanned, present].join(' ')],
      ),
    );
    const names = ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'];
    const recorded = state.zones.map((zone) =>
      [zone.node, names.indexOf(zone.zone), zone.start_pfn, zone.spanned, zone.present].join(' '),
    );
    if (zones.join() !== recorded.join()) differ.zones.push(name);
  }
  for (const [what, names] of Object.entries(differ)) {
    console.info(`${what}: ${all.length - names.length} of ${all.length} agree`, ...names);
  }
  expect(differ.blocks).toEqual([]);
  expect(differ.sections).toEqual([]);
  expect(differ.zones).toEqual([]);
});

test('options that had shaped the map are not applied again', () => {
  const iomem = parseIomem(
    '00001000-0009ffff : System RAM\n00100000-3fffffff : System RAM\n40000000-7fffffff : Persistent Memory (legacy)\n',
    'x',
  );
  const part: CapturedPart = { sources: [], notes: [], iomem, cmdline: 'quiet memmap=1G!1G mem=2G ro' };
  const description = machineDescriptionOf(assembleMachines([{ name: 'x', part }])[0]!)!;
  expect(description.boot.cmdline).toBe('quiet ro');
  expect(description.assumed.join('\n')).toContain('`memmap=1G!1G`, `mem=2G`');
  expect(description.boot.e820.map(({ type }) => type)).toEqual(['ram', 'ram', 'pram']);
});

test('names without addresses are no machine', () => {
  const iomem = parseIomem('00000000-00000000 : System RAM\n', 'x');
  expect(
    machineDescriptionOf(assembleMachines([{ name: 'x', part: { sources: [], notes: [], iomem } }])[0]!),
  ).toBeUndefined();
});
