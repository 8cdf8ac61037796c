/** Puts media in front of a real kernel and tells what it made of them. */

import { qemuLabelOffset } from '../../src/drivers/nvdimm/interleave-cookie.ts';
import { BackingFile } from './backing-file.ts';
import { BACKEND_SIZE, BASE, LABEL_AREA, type GivenMedia } from './given-media.ts';
import { Guest } from './guest.ts';
import { devicesOf, type Devices } from './guest-devices.ts';
import type { KernelTree } from './kernel-tree.ts';

export interface Verdict {
  readonly devices: Devices;
  /** What libnvdimm logged while it probed. */
  readonly dmesg: readonly string[];
}

export async function askGuest(tree: KernelTree, media: GivenMedia): Promise<Verdict> {
  const file = new BackingFile(BACKEND_SIZE);
  file.write(qemuLabelOffset(BACKEND_SIZE, LABEL_AREA), media.labels);
  for (const { at, bytes } of media.blocks) file.write(at, bytes);
  const guest = await Guest.boot(tree, file.machineArgs(LABEL_AREA)).catch((error: unknown) => {
    file.remove();
    throw error;
  });
  try {
    const devices = await devicesOf(guest);
    const { output } = await guest.run("dmesg | grep -E 'nd_(pmem|region|btt)|dax_pmem|nvdimm|nmem' | sed 's/^.[^]]*. //'");
    return { devices, dmesg: output };
  } finally {
    await guest.stop();
    file.remove();
  }
}

/** Where the kernel's devices are not what the media say; empty when all agree. */
export function disagreements(media: GivenMedia, devices: Devices): string[] {
  const found: string[] = [];
  const entries = Object.entries(devices);
  for (const wanted of media.namespaces) {
    const [name, namespace] = entries.find(([each, { uuid }]) => each.startsWith('namespace') && uuid === wanted.uuid) ?? [];
    if (name === undefined || namespace === undefined) {
      found.push(`${wanted.name}: no namespace`);
      continue;
    }
    const expect = (what: string, value: string | undefined, expected: string): void => {
      if (value !== expected) found.push(`${wanted.name}: ${what} is ${value}, not ${expected}`);
    };
    expect('resource', namespace['resource'], `0x${(BASE + wanted.dpa).toString(16)}`);
    expect('size', namespace['size'], `${wanted.size}`);
    expect('alt_name', namespace['alt_name'], wanted.name);
    const { holder = '' } = namespace;
    expect('holder', holder.replace(/\d.*/, ''), wanted.holder);
    for (const [attribute, value] of Object.entries(wanted.shows)) expect(attribute, devices[holder]?.[attribute], value);
  }
  const namespaces = entries.filter(([name, { size }]) => name.startsWith('namespace') && size !== '0');
  if (namespaces.length !== media.namespaces.length) found.push(`${namespaces.length} namespaces`);
  return found;
}
