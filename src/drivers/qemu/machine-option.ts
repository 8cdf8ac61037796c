/** `-M`: the chipset and what is switched on in it. */

import { complain, type Argument } from './argument.ts';
import { parseQemuBool } from './number.ts';
import { parseQemuOpts } from './options.ts';
import type { QemuArch } from './platform.ts';

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

/** Machine types of other architectures, and properties of theirs that memory does not mind. */
const PLAIN: Readonly<Record<Exclude<QemuArch, 'x86_64'>, { readonly types: readonly string[]; readonly properties: readonly string[] }>> = {
  arm64: { types: ['virt', 'virt-7.2'], properties: ['gic-version', 'its', 'iommu', 'secure', 'virtualization', 'mte', 'ras'] },
  s390x: { types: ['s390-ccw-virtio', 's390-ccw-virtio-7.2'], properties: ['aes-key-wrap', 'dea-key-wrap'] },
  ppc64le: { types: ['pseries', 'pseries-7.2'], properties: ['ic-mode', 'kvm-type'] },
};

function readPlainMachine(all: readonly Argument[], arch: Exclude<QemuArch, 'x86_64'>): MachineOption {
  const { types, properties } = PLAIN[arch];
  let memoryBackend: string | undefined;
  let nvdimm = false;
  for (const argument of all) {
    for (const { name, value } of parseQemuOpts(argument.value, 'type')) {
      if (name === 'type' && !types.includes(value)) complain(argument, `memhp does not model -M ${value} of ${arch}`, `write -M ${types[0]}`, false);
      if (name === 'memory-backend') memoryBackend = value;
      else if (name === 'nvdimm') nvdimm = parseQemuBool(value) ?? false;
      else if (!IGNORED_PROPERTIES.has(name) && !properties.includes(name)) complain(argument, `memhp does not model -M ${name}=`, 'leave it out', false);
    }
  }
  return { nvdimm, memoryBackend };
}

/** `-M q35,nvdimm=on,…`: later arguments add to earlier ones. */
export function readMachine(all: readonly Argument[], arch: QemuArch): MachineOption {
  if (arch !== 'x86_64') return readPlainMachine(all, arch);
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
        // Read by cxl.ts.
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
