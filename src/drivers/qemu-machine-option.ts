/** `-M`: the chipset and what is switched on in it. */

import { complain, type Argument } from './qemu-argument.ts';
import { parseQemuBool } from './qemu-number.ts';
import { parseQemuOpts } from './qemu-options.ts';

const IGNORED_PROPERTIES = new Set([
  'type',
  'accel',
  'hpet',
  'usb',
  'vmport',
  'smm',
  'sata',
  'graphics',
  'dump-guest-core',
  'mem-merge',
]);

export interface MachineOption {
  readonly nvdimm: boolean;
  readonly memoryBackend: string | undefined;
}

/** `-M q35,nvdimm=on,…`: later arguments add to earlier ones. */
export function readMachine(all: readonly Argument[]): MachineOption {
  let nvdimm = all.length === 0;
  let memoryBackend: string | undefined;
  for (const argument of all) {
    const options = parseQemuOpts(argument.value, 'type');
    for (const { name, value } of options) {
      if (name === 'type' && !['q35', 'pc-q35-7.2'].includes(value)) {
        const known = /^(pc|microvm|none|isapc|x-remote|xenfv|xenpv)/.test(value);
        if (known) complain(argument, `memhp does not model -M ${value}`, 'write -M q35,nvdimm=on', false);
        complain(
          argument,
          'unsupported machine type\nUse -machine help to list supported machines',
          'write -M q35,nvdimm=on',
          false,
        );
      }
      if (name === 'nvdimm') {
        const on = parseQemuBool(value);
        if (on === undefined) complain(argument, "Parameter 'nvdimm' expects 'on' or 'off'", 'write nvdimm=on', false);
        nvdimm = on;
      } else if (name === 'memory-backend') {
        memoryBackend = value;
      } else if (name === 'cxl' || name.startsWith('cxl-fmw.')) {
        // Read by qemu-cxl.ts.
      } else if (!IGNORED_PROPERTIES.has(name)) {
        if (
          [
            'acpi',
            'max-ram-below-4g',
            'hmat',
            'pit',
            'pic',
            'smbios-entry-point-type',
            'kernel-irqchip',
            'pci-hole64-size',
          ].includes(name)
        ) {
          complain(argument, `memhp does not model -M ${name}=`, 'leave it out', false);
        }
        complain(
          argument,
          `Property 'pc-q35-7.2-machine.${name}' not found`,
          'memhp knows nvdimm= and memory-backend=',
          false,
        );
      }
    }
  }
  return { nvdimm, memoryBackend };
}
