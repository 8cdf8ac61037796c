/** Findings below block granularity: sections that hold RAM in part, and what else lives in them. */

import { isAligned } from '../kernel/units.ts';
import { memText, overlapping, runsText, sizeText, type Finding } from './finding.ts';
import type { MachineLayout } from './machine-layout.ts';
import type { OwnedRange } from './resource-owner.ts';

/** Sections in which a range begins or ends: only these can be shared or partly filled. */
export function edgeSections(ranges: readonly OwnedRange[], size: number): number[] {
  const sections = new Set<number>();
  for (const { start, end } of ranges) {
    if (!isAligned(start, size)) sections.add(Math.floor(start / size));
    if (!isAligned(end, size)) sections.add(Math.floor(end / size));
  }
  return [...sections].sort((a, b) => a - b);
}

/** Numbers of the units of [start, end) that any range touches. */
function touched(ranges: readonly OwnedRange[], start: number, end: number, unit: number): number[] {
  const units = new Set<number>();
  for (const range of overlapping(ranges, start, end)) {
    const first = Math.floor((Math.max(range.start, start) - start) / unit);
    const last = Math.ceil((Math.min(range.end, end) - start) / unit);
    for (let index = first; index < last; index += 1) units.add(index);
  }
  return [...units].sort((a, b) => a - b);
}

export function sectionFindings(layout: MachineLayout): Finding[] {
  const { sectionSize, arch, ram, devices } = layout;
  const findings: Finding[] = [];
  const subsections = sectionSize / arch.subsectionSize;
  for (const section of edgeSections([...ram, ...devices], sectionSize)) {
    const start = section * sectionSize;
    const end = start + sectionSize;
    const bits = touched(ram, start, end, arch.subsectionSize);
    const within = overlapping(devices, start, end);
    const partly = bits.length > 0 && bits.length < subsections;
    if (within.length + (bits.length > 0 ? 1 : 0) > 1) findings.push(collision(layout, section, bits, within));
    else if (partly) findings.push(partlyRam(layout, section, bits));
  }
  for (const device of devices) findings.push(...subsectionFindings(layout, device));
  return findings;
}

function partlyRam(layout: MachineLayout, section: number, bits: readonly number[]): Finding {
  const { sectionSize, arch, profile } = layout;
  const range = { start: section * sectionSize, end: (section + 1) * sectionSize };
  const subsections = sectionSize / arch.subsectionSize;
  const unit = sizeText(arch.subsectionSize);
  const { subsectionHotplug } = profile.does;
  return {
    code: 'section-partly-ram',
    severity: 'info',
    range,
    text:
      `section ${section} ${memText(range)} holds RAM in ${bits.length} of ${subsections} sub-sections ` +
      `(${runsText(bits)})${subsectionHotplug ? `; device memory can lie in the others, in units of ${unit}` : ''}`,
    refuses: subsectionHotplug
      ? undefined
      : `this kernel (${profile.name}) maps device memory by whole sections: in the rest of this one ` +
        'it is refused with ENXIO',
    values: { section, ramSubsections: bits.length, subsections },
  };
}

function collision(
  layout: MachineLayout,
  section: number,
  bits: readonly number[],
  devices: readonly OwnedRange[],
): Finding {
  const { sectionSize, arch, profile } = layout;
  const range = { start: section * sectionSize, end: (section + 1) * sectionSize };
  const owners = devices
    .slice(0, 4)
    .map(
      (device) =>
        `${device.label} (sub-sections ${runsText(touched([device], range.start, range.end, arch.subsectionSize))})`,
    );
  if (bits.length > 0) owners.unshift(`System RAM (sub-sections ${runsText(bits)})`);
  if (devices.length > 4) owners.push(`${devices.length - 4} more`);
  const does = profile.does;
  return {
    code: 'section-collision',
    severity: does.subsectionHotplug ? 'info' : 'problem',
    range,
    text: `section ${section} ${memText(range)} is shared by ${owners.join(' and ')}`,
    refuses: !does.subsectionHotplug
      ? `this kernel (${profile.name}) maps device memory by whole sections: devm_memremap_pages() ` +
        'refuses it with ENXIO; Linux 5.3 and later map it'
      : does.taintZoneDevice
        ? 'kernels before 5.3, which map device memory by whole sections (ENXIO)'
        : 'kernels before 5.3 (ENXIO); before 5.12 pfn_to_online_page() also takes the device pages ' +
          'there for online memory',
    values: { section, owners: owners.length },
  };
}

/** Ends of a device that are no multiple of a sub-section, and who else is in that sub-section. */
function subsectionFindings(layout: MachineLayout, device: OwnedRange): Finding[] {
  const { arch, ram, devices, profile } = layout;
  const unit = arch.subsectionSize;
  const findings: Finding[] = [];
  const shared = new Set<number>();
  for (const edge of [device.start, device.end]) {
    if (isAligned(edge, unit)) continue;
    const start = Math.floor(edge / unit) * unit;
    if (shared.has(start)) continue;
    const range = { start, end: start + unit };
    const others = [
      ...overlapping(ram, start, start + unit),
      ...overlapping(devices, start, start + unit).filter((one) => one !== device),
    ];
    const [other] = others;
    if (other === undefined || (other.kind !== 'ram' && other.start > device.start)) continue;
    shared.add(start);
    findings.push({
      code: 'subsection-collision',
      severity: 'problem',
      range,
      text: `sub-section ${memText(range)} is shared by ${device.label} and ${other.label}`,
      refuses:
        'every kernel: a sub-section has one owner; nd_pmem says "misaligned, unable to map" ' +
        '(EOPNOTSUPP), __add_pages() EINVAL, so only what lies beyond can be mapped',
      values: { device: device.label, other: other.label },
    });
  }
  if (isAligned(device.start, unit) && isAligned(device.end, unit)) return findings;
  const inner = { start: Math.ceil(device.start / unit) * unit, end: Math.floor(device.end / unit) * unit };
  const fits = inner.end > inner.start;
  const lost = device.end - device.start - (inner.end - inner.start);
  findings.push({
    code: 'range-not-subsection-aligned',
    severity: 'loss',
    range: device,
    text:
      `${device.label} ${memText(device)} does not begin and end on multiples of ${sizeText(unit)}; ` +
      (fits ? `${memText(inner)} of it does, ${sizeText(lost)} less` : 'no whole unit lies in it'),
    refuses: profile.does.subsectionHotplug
      ? 'mapping it as a whole: nd_pmem says "misaligned, unable to map" (EOPNOTSUPP), __add_pages() ' +
        'EINVAL; namespaces inside it must be aligned'
      : `this kernel (${profile.name}) asks for multiples of a section`,
    values: {
      device: device.label,
      sizeBytes: device.end - device.start,
      usableBytes: fits ? inner.end - inner.start : 0,
    },
  });
  return findings;
}
