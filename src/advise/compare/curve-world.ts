/** A machine with many devices that begin and end in the middle of sections: what the thread feared would add up. */

import { bootInputOfQemu, buildMachine } from '../../drivers/build-machine.ts';
import type { Machine } from '../../drivers/machine.ts';
import { startQemu } from '../../drivers/qemu/args.ts';
import type { E820Entry } from '../../kernel/boot/boot-map.ts';
import type { PolicyName } from '../../kernel/profile/policies.ts';
import { GiB, MiB, type ByteRange } from '../../kernel/units.ts';

/** What lies between two devices: the next one at once, or RAM. */
export type Between = 'devices' | 'ram';

export interface CurveSpec {
  readonly kernel: string;
  readonly devices: number;
  /** Size of each device, a multiple of the section. */
  readonly sizeBytes: number;
  /** How far into a section every device begins. */
  readonly offsetBytes: number;
  readonly between: Between;
}

/** Where the row begins: above the hole below 4 GiB. */
const ROW_START = 4 * GiB;
const LOW_MEMORY = '1G';
/** RAM between two devices. */
const RAM_BETWEEN = 256 * MiB;

/** A device with the RAM behind it, up to the next device. */
export interface CurveDevice {
  readonly device: ByteRange;
  /** RAM in front of the first, and behind each. */
  readonly ram: readonly ByteRange[];
}

/** The row of devices. A little RAM stands in front of it and behind, so that the outer sections are shared too. */
export function curveRow({ devices, sizeBytes, offsetBytes, between }: CurveSpec): CurveDevice[] {
  const gap = between === 'ram' ? RAM_BETWEEN : 0;
  return Array.from({ length: devices }, (_, k) => {
    const start = ROW_START + offsetBytes + k * (sizeBytes + gap);
    const end = start + sizeBytes;
    const behind = k === devices - 1 ? RAM_BETWEEN : gap;
    const ram = [
      ...(k === 0 && offsetBytes > 0 ? [{ start: ROW_START, end: start }] : []),
      ...(behind > 0 ? [{ start: end, end: end + behind }] : []),
    ];
    return { device: { start, end }, ram };
  });
}

/** Boots the machine with the row of devices as persistent memory, under a policy or as the kernel is. */
export function buildCurveMachine(spec: CurveSpec, row: readonly CurveDevice[], policy: PolicyName | undefined): Machine {
  const firmware = bootInputOfQemu(startQemu(LOW_MEMORY, []), '');
  const added = row.flatMap(({ device, ram }): E820Entry[] => [
    ...ram.map((range) => ({ ...range, type: 'ram' as const })),
    { ...device, type: 'pram' },
  ]);
  const e820 = [...firmware.e820, ...added].sort((a, b) => a.start - b.start);
  // The window above memory lies where the row stands.
  const pciWindows = (firmware.pciWindows ?? []).filter(({ end }) => end <= ROW_START);
  const seen = { e820, srat: firmware.srat, pciWindows };
  const whatIf = policy === undefined ? {} : { whatIf: { policy } };
  return buildMachine({ kernel: spec.kernel, memory: LOW_MEMORY, cmdline: '', qemu: [], ...whatIf }, seen);
}
