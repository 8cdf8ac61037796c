/** Findings about memory blocks: holes, zones, nodes, states, and blocks and map that contradict each other. */

import { alignUp, isAligned } from '../kernel/units.ts';
import { probeMemoryBlockSize } from '../kernel/boot/block-size.ts';
import type { CapturedBlockRun } from './captured-machine.ts';
import { coveredBytes, memText, numbersText, overlapping, runsText, sizeText, type Finding } from './finding.ts';
import { endOfRam, isRamOwner, type MachineLayout } from './machine-layout.ts';
import { edgeSections } from './section-findings.ts';

export function blockFindings(layout: MachineLayout): Finding[] {
  const { blockSize } = layout;
  if (blockSize === undefined) return [];
  // Blocks recorded without an address map tell nothing about what lies inside them.
  const mapped = layout.from === 'iomem' || layout.from === 'firmware map';
  return [
    ...(mapped ? [...holes(layout, blockSize), ...ramEnd(layout, blockSize), ...unusualSize(layout, blockSize)] : []),
    ...(mapped && !layout.blocksInferred ? contradictions(layout, blockSize) : []),
    ...(layout.blocksInferred ? [] : layout.blocks.flatMap((run) => recorded(layout, run, blockSize))),
  ];
}

function rangeOf(run: { first: number; last: number }, size: number): { start: number; end: number } {
  return { start: run.first * size, end: (run.last + 1) * size };
}

function blocksText({ first, last }: { first: number; last: number }): string {
  return first === last ? `memory block ${first}` : `memory blocks ${first}-${last}`;
}

function holes(layout: MachineLayout, blockSize: number): Finding[] {
  const findings: Finding[] = [];
  const blocks = layout.blocks.map((run) => rangeOf(run, blockSize));
  for (const id of edgeSections(layout.ram, blockSize)) {
    const range = rangeOf({ first: id, last: id }, blockSize);
    const covered = coveredBytes(layout.ram, range.start, range.end);
    if (covered === 0 || covered === blockSize || overlapping(blocks, range.start, range.end).length === 0) continue;
    const others = overlapping(layout.owned, range.start, range.end).filter(({ kind }) => !isRamOwner(kind));
    const names = [...new Set(others.map(({ label }) => label))];
    const inside =
      names.length === 0
        ? ''
        : `, where ${names.slice(0, 4).join(', ')}${names.length > 4 ? ' and others' : ''} ` +
          `${names.length === 1 ? 'lies' : 'lie'}`;
    const refuses = layout.profile.does.refusesBlocksWithHoles;
    findings.push({
      code: 'block-with-hole',
      // The first block holds the kernel and, on every PC, firmware below 1 MiB: nobody expects it to go.
      severity: refuses && id > 0 ? 'problem' : 'info',
      range,
      text:
        `memory block ${id} ${memText(range)} has holes: ${sizeText(blockSize - covered)} of ` +
        `${sizeText(blockSize)} is not System RAM${inside}`,
      refuses: refuses
        ? 'taking it offline: offline_pages() refuses blocks with holes (EINVAL, "memory holes")'
        : 'taking it offline on Linux 5.5 and later (EINVAL)',
      values: { block: id, holeBytes: blockSize - covered },
    });
  }
  return findings;
}

function ramEnd(layout: MachineLayout, blockSize: number): Finding[] {
  const last = layout.ram.at(-1);
  if (last === undefined || isAligned(last.end, blockSize)) return [];
  const next = alignUp(last.end, blockSize);
  return [
    {
      code: 'ram-ends-inside-block',
      severity: 'loss',
      range: { start: last.end, end: next },
      text:
        `System RAM ends inside memory block ${Math.floor(last.end / blockSize)}; the ` +
        `${sizeText(next - last.end)} behind it, ${memText({ start: last.end, end: next })}, can never ` +
        'be added as System RAM',
      refuses:
        `add_memory() of anything that is not a whole number of blocks of ${sizeText(blockSize)} ` +
        '(EINVAL), and of that block again (EEXIST)',
      values: { blockSizeBytes: blockSize, lostBytes: next - last.end },
    },
  ];
}

function unusualSize(layout: MachineLayout, blockSize: number): Finding[] {
  const end = endOfRam(layout.owned);
  const { hypervisor } = layout.machine;
  if (layout.blockSizeFrom !== 'recorded' || layout.arch.blockSizeRule !== 'x86-probe' || end === undefined) return [];
  const expected = (hypervisor === undefined ? [false, true] : [hypervisor]).map((bit) =>
    probeMemoryBlockSize(layout.profile, end, bit),
  );
  if (expected.includes(blockSize)) return [];
  return [
    {
      code: 'block-size-unusual',
      severity: 'info',
      range: undefined,
      text:
        `the block size is ${sizeText(blockSize)}, where RAM ending at ` +
        `${memText({ start: end - 1, end })} gives ${sizeText(expected[0] as number)} by the usual ` +
        'rule: memory added after boot lies above, or firmware asked for it',
      refuses: undefined,
      values: { blockSizeBytes: blockSize, expectedBytes: expected[0] as number },
    },
  ];
}

/** Blocks without RAM and RAM without blocks: two sources that do not belong together, or a map that was cut. */
function contradictions(layout: MachineLayout, blockSize: number): Finding[] {
  const findings: Finding[] = [];
  for (const run of layout.blocks) {
    const range = rangeOf(run, blockSize);
    if (coveredBytes(layout.ram, range.start, range.end) > 0) continue;
    findings.push({
      code: 'block-without-ram',
      severity: 'info',
      range,
      text:
        `${blocksText(run)} ${memText(range)} ${run.first === run.last ? 'is' : 'are'} recorded, but ` +
        'the map has no System RAM there: the map is cut, or of another time',
      refuses: undefined,
      values: { first: run.first, last: run.last },
    });
  }
  const blocks = layout.blocks.map((run) => rangeOf(run, blockSize));
  for (const range of layout.ram) {
    let at = range.start;
    for (const block of [...overlapping(blocks, range.start, range.end), { start: range.end, end: range.end }]) {
      if (block.start > at) {
        const gap = { start: at, end: block.start };
        findings.push({
          code: 'ram-without-block',
          severity: 'info',
          range: gap,
          text:
            `System RAM ${memText(gap)} lies in no recorded memory block: the record of blocks is ` +
            'incomplete, or of another time',
          refuses: undefined,
          values: { sizeBytes: gap.end - gap.start },
        });
      }
      at = Math.max(at, block.end);
    }
  }
  return findings;
}

function recorded(layout: MachineLayout, run: CapturedBlockRun, blockSize: number): Finding[] {
  const range = rangeOf(run, blockSize);
  const findings: Finding[] = [];
  const one = run.first === run.last;
  const values = { first: run.first, last: run.last, sizeBytes: range.end - range.start };
  if (run.state === 'offline') {
    const zones =
      run.zones === undefined || run.zones === ''
        ? ''
        : `; onlined, ${one ? 'it goes' : 'they go'} to ${run.zones.split(' ')[0] as string}`;
    findings.push({
      code: 'block-offline',
      severity: 'loss',
      range,
      text:
        `${blocksText(run)} ${memText(range)} ${one ? 'is' : 'are'} offline: ` +
        `${sizeText(values.sizeBytes)} not in use${zones}`,
      refuses: undefined,
      values,
    });
  }
  if (run.state === 'online' && run.zones === 'none' && layout.profile.does.blockStoresZone) {
    findings.push({
      code: 'block-several-zones',
      severity: 'info',
      range,
      text: `${blocksText(run)} ${memText(range)} ${one ? 'spans' : 'span'} several zones (valid_zones is \`none\`)`,
      refuses: 'taking it offline (EINVAL)',
      values,
    });
  }
  if (run.nodes !== undefined && run.nodes.length > 1) {
    findings.push({
      code: 'block-several-nodes',
      severity: 'problem',
      range,
      text:
        `${blocksText(run)} ${memText(range)} ${one ? 'belongs' : 'belong'} to nodes ` +
        `${runsText(run.nodes)} at once`,
      refuses: 'taking it offline: a block must lie in one zone of one node (EINVAL)',
      values: { ...values, nodes: numbersText(run.nodes[0] as number, run.nodes.at(-1) as number) },
    });
  }
  return findings;
}
