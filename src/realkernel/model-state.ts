/** The model's state in the form of a recording, facet by facet. */

import type { Machine } from '../drivers/machine.ts';
import { MEM_ONLINE } from '../kernel/block-table.ts';
import { ZONE_NAMES } from '../kernel/boot/boot-map.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { kpageflagsRuns } from '../kernel/kpageflags.ts';
import { validZones } from '../kernel/memory-block.ts';
import { printIomem } from '../kernel/resource-query.ts';
import { subsectionsHex } from '../kernel/section-table.ts';
import { populatedZone } from '../kernel/zone.ts';
import { modelAttributes } from './device-attributes.ts';
import { modelMemory } from './model-memory.ts';
import type { BlockRunRecord, RecordedState, SectionRunRecord, ZoneRecord } from './recording.ts';

/** The model’s state as a recording would hold it, facet by facet; the attributes of devices and the totals only when asked for. */
export function stateOfMachine(machine: Machine, withDevices = false): RecordedState {
  const { kernel } = machine;
  return {
    iomem: printIomem(kernel.iomem),
    blocks: blockRecords(kernel),
    zones: zoneRecords(kernel),
    online_pfns: onlinePfnRecords(kernel),
    sections: sectionRecords(kernel),
    ...(withDevices ? { devices: modelAttributes(machine), memory: modelMemory(machine) } : {}),
  };
}

function blockRecords(kernel: Kernel): BlockRunRecord[] {
  const records: BlockRunRecord[] = [];
  for (const id of kernel.blocks.ids()) {
    const state = kernel.blocks.state(id) === MEM_ONLINE ? 'online' : 'offline';
    const zones = validZones(kernel, id).replaceAll(' ', ',');
    const last = records.at(-1);
    if (last?.last === id - 1 && last.state === state && last.valid_zones === zones) last.last = id;
    else records.push({ first: id, last: id, state, valid_zones: zones });
  }
  return records;
}

/** The zones for which /proc/zoneinfo prints a start_pfn: the populated ones. */
function zoneRecords(kernel: Kernel): ZoneRecord[] {
  return [...kernel.nodes.values()]
    .sort((a, b) => a.nid - b.nid)
    .flatMap((node) =>
      node.zones.flatMap((zone, index) =>
        populatedZone(zone)
          ? {
              node: node.nid,
              zone: ZONE_NAMES[index] as string,
              start_pfn: zone.startPfn,
              spanned: zone.spanned,
              present: zone.present,
            }
          : [],
      ),
    );
}

function onlinePfnRecords(kernel: Kernel): string[] {
  return kpageflagsRuns(kernel).map((run) => `${run.startPfn.toString(16)}-${run.endPfn.toString(16)}`);
}

/** A bitmap is whole longs, also where a section has fewer sub-sections. */
const LONG_DIGITS = 16;

function sectionRecords(kernel: Kernel): SectionRunRecord[] {
  return kernel.sections.runs().map(({ first, last, flags, subsections }) => ({
    first,
    last,
    flags,
    subsections: kernel.profile.does.subsectionHotplug ? subsectionsHex(subsections).padStart(LONG_DIGITS, '0') : null,
  }));
}
