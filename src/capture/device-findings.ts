/** Findings about device memory as System RAM, and about addresses no kernel can take. */

import { alignDown, alignUp, isAligned } from '../kernel/units.ts';
import { coveredBytes, memText, sizeText, type Finding } from './finding.ts';
import { isRamOwner, type MachineLayout } from './machine-layout.ts';

export function deviceFindings(layout: MachineLayout): Finding[] {
  return [...kmemRounding(layout), ...pageAlignment(layout), ...tooHigh(layout)];
}

/** What dax/kmem can add of each device, and what it did add. */
function kmemRounding(layout: MachineLayout): Finding[] {
  const { blockSize } = layout;
  if (blockSize === undefined) return [];
  const added = layout.ram.filter(({ kind }) => kind === 'kmem');
  const findings: Finding[] = [];
  for (const device of layout.devices) {
    if (device.label.startsWith('virtio-mem')) continue;
    const size = device.end - device.start;
    const start = alignUp(device.start, blockSize);
    const usable = Math.max(0, alignDown(device.end, blockSize) - start);
    const used = coveredBytes(added, device.start, device.end);
    if (used > 0 && used < size) {
      findings.push({
        code: 'kmem-rounding',
        severity: 'loss',
        range: device,
        text:
          `${device.label} ${memText(device)}: ${sizeText(used)} of ${sizeText(size)} is System RAM; ` +
          `${sizeText(size - used)} went to block rounding, the device's own metadata, or other ` +
          'devices in it',
        refuses: undefined,
        values: { sizeBytes: size, usedBytes: used },
      });
    } else if (used === 0 && usable < size) {
      findings.push({
        code: 'kmem-rounding',
        severity: 'loss',
        range: device,
        text:
          `as System RAM ${device.label} ${memText(device)} would give at most ${sizeText(usable)} of ` +
          `${sizeText(size)}: blocks are ${sizeText(blockSize)}`,
        refuses:
          usable === 0
            ? 'dax/kmem, for want of a whole block ("rejecting DAX region without any memory after alignment", EINVAL)'
            : undefined,
        values: { sizeBytes: size, usableBytes: usable },
      });
    }
  }
  return findings;
}

function pageAlignment(layout: MachineLayout): Finding[] {
  const { pageSize } = layout.arch;
  const findings: Finding[] = [];
  for (const range of layout.owned) {
    if (!isRamOwner(range.kind) || (isAligned(range.start, pageSize) && isAligned(range.end, pageSize))) continue;
    const lost = Math.min(
      range.end - range.start,
      alignUp(range.start, pageSize) - range.start + (range.end - alignDown(range.end, pageSize)),
    );
    findings.push({
      code: 'ram-not-page-aligned',
      severity: 'loss',
      range,
      text:
        `System RAM ${memText(range)} is no whole number of pages of ${sizeText(pageSize)}; ` +
        `${sizeText(lost)} of it is not used`,
      refuses: undefined,
      values: { lostBytes: lost },
    });
  }
  return findings;
}

function tooHigh(layout: MachineLayout): Finding[] {
  const limit = layout.arch.physmemEnd;
  const findings: Finding[] = [];
  for (const range of [...layout.ram, ...layout.devices]) {
    if (range.end <= limit) continue;
    findings.push({
      code: 'above-max-physmem',
      severity: 'problem',
      range,
      text:
        `${range.label} ${memText(range)} reaches above ${memText({ start: limit - 1, end: limit })}, ` +
        `the last address ${layout.arch.name} kernels ` +
        `take${layout.arch.name === 'x86_64' ? ' without five-level page tables' : ''}`,
      refuses: 'adding or mapping it (E2BIG, or EINVAL in __add_pages())',
      values: { limit },
    });
  }
  return findings;
}
