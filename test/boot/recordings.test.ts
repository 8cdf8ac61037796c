/** What real kernels printed and held after boot, against the model, line by line. */

import { describe, expect, test } from 'vitest';
import { bootInputOf, parseBootLog } from '../../src/capture/boot-log.ts';
import { boot } from '../../src/kernel/boot/boot.ts';
import { ZONE_NAMES } from '../../src/kernel/boot/boot-map.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { readShared, sharedFiles } from './shared-data.ts';

/** Lines the recorder kept whole (it filtered the rest) and boot is answerable for, by sequence. */
const OURS =
  /^(?:user: |BIOS-e820: |e820: (?:update|remove|reserve)|last_pfn|  (?:DMA|DMA32|Normal) +(?:\[|empty)|  node |Initmem.*mem|On node \d+, zone (?:DMA|DMA32|Normal):|x86\/mm: Mem|NUMA: Node|ACPI: SRAT: Node|Faking|.*available for PCI|Zone ranges|Early memory|Movable zone)/;
/** The 5.0 recordings lack the lines of free_area_init. */
const NOT_IN_5_0 = /^(?:Zone ranges|  (?:DMA|DMA32|Normal) |  node |Initmem|On node|Early memory|Movable zone)/;

interface Recording {
  readonly kernel: { readonly block_size_bytes: number };
  readonly qemu: readonly string[];
  readonly cmdline: string;
  readonly boot_dmesg: readonly string[];
  readonly boot_state: { readonly zones: unknown };
}

const files = sharedFiles('traces', '.json');

describe.skipIf(files === undefined)('recordings', () => {
  test.each(files ?? [])('%s', (file) => {
    const recording = JSON.parse(readShared('traces', file)) as Recording;
    const release = /-(\d+\.\d+)\.json$/.exec(file)?.[1] as string;
    // The recorder's guests have a processor with five-level paging; its 5.0 is built without.
    const profile = resolveProfile(release, release === '5.0' ? 'x86_64' : 'x86_64-5level');
    const log = parseBootLog(recording.boot_dmesg.join('\n'));
    const hypervisor = !recording.qemu.some((argument) => argument.includes('-hypervisor'));
    const map = boot({ ...bootInputOf(log), cmdline: log.cmdline || recording.cmdline, hypervisor }, profile);

    const zones = map.nodes.flatMap((node) =>
      node.zones.flatMap(({ startPfn, spanned, present }, zone) =>
        present === 0 ? [] : [{ node: node.nid, zone: ZONE_NAMES[zone], start_pfn: startPfn, spanned, present }],
      ),
    );
    expect(zones).toEqual(recording.boot_state.zones);
    expect(map.memoryBlockSizeBytes).toBe(recording.kernel.block_size_bytes);
    const old = release === '5.0';
    const ours = (lines: readonly string[]) => lines.filter((line) => OURS.test(line) && !(old && NOT_IN_5_0.test(line)));
    expect(ours(map.log.map((line) => line.text))).toEqual(ours(recording.boot_dmesg));
    expect(map.panic).toBeUndefined();
  });
});
