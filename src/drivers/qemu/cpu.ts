/** What a `-cpu` argument decides for memory: the vendor, the width of physical addresses, the hypervisor bit. */

import { parseQemuBool, parseUint64 } from './number.ts';
import type { QemuArch } from './platform.ts';

export interface QemuCpu {
  /** CPUID says AuthenticAMD: the firmware's map keeps the HyperTransport range free. */
  readonly amd: boolean;
  readonly physBits: number;
  readonly hypervisor: boolean;
  /** The processor has five-level page tables. */
  readonly la57: boolean;
}

/** Models whose vendor is AMD under TCG, found by asking each for its memory map. */
const AMD = new Set([
  'max',
  'qemu64',
  'phenom',
  'EPYC',
  'EPYC-IBPB',
  'EPYC-Milan',
  'EPYC-Rome',
  ...gens('Opteron_G', 5),
]);
const OTHERS = new Set([
  '486',
  'Broadwell',
  'Broadwell-IBRS',
  'Broadwell-noTSX',
  'Broadwell-noTSX-IBRS',
  'Cascadelake-Server',
  'Cascadelake-Server-noTSX',
  'Conroe',
  'Cooperlake',
  'Denverton',
  'Dhyana',
  'Haswell',
  'Haswell-IBRS',
  'Haswell-noTSX',
  'Haswell-noTSX-IBRS',
  'Icelake-Server',
  'Icelake-Server-noTSX',
  'IvyBridge',
  'IvyBridge-IBRS',
  'KnightsMill',
  'Nehalem',
  'Nehalem-IBRS',
  'Penryn',
  'SandyBridge',
  'SandyBridge-IBRS',
  'Skylake-Client',
  'Skylake-Client-IBRS',
  'Skylake-Client-noTSX-IBRS',
  'Skylake-Server',
  'Skylake-Server-IBRS',
  'Skylake-Server-noTSX-IBRS',
  'Snowridge',
  'Westmere',
  'Westmere-IBRS',
  'athlon',
  'core2duo',
  'coreduo',
  'kvm32',
  'kvm64',
  'n270',
  'pentium',
  'pentium2',
  'pentium3',
  'qemu32',
  'base',
]);
/** Models of 32-bit processors: no 64-bit kernel starts on them. */
const NO_LONG_MODE = new Set([
  '486',
  'athlon',
  'coreduo',
  'kvm32',
  'n270',
  'pentium',
  'pentium2',
  'pentium3',
  'qemu32',
  'base',
]);
/** Models with five-level page tables under TCG. */
const LA57 = new Set(['max', 'Icelake-Server']);
const TCG_PHYS_BITS = 40;

function gens(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${stem}${i + 1}`);
}

/** Models that start Debian's kernel of another architecture; nothing of theirs bears on memory. */
const PLAIN: Readonly<Record<Exclude<QemuArch, 'x86_64'>, readonly string[]>> = {
  arm64: ['max', 'cortex-a53', 'cortex-a57', 'cortex-a72', 'cortex-a76', 'neoverse-n1', 'a64fx'],
  s390x: ['max', 'qemu'],
  ppc64le: ['power9', 'power10'],
};

function readPlainCpu(text: string, arch: Exclude<QemuArch, 'x86_64'>): QemuCpu | { readonly error: string; readonly help?: string } {
  const model = text.split(',')[0] ?? '';
  const help = `write -cpu ${PLAIN[arch][0]}`;
  if (model === 'host') return { error: "CPU model 'host' requires KVM or HVF", help: `memhp plays on TCG: ${help}` };
  if (!PLAIN[arch].includes(model)) return { error: `unable to find CPU model '${model}'`, help: `models are ${PLAIN[arch].join(', ')}` };
  return { amd: false, physBits: 52, hypervisor: true, la57: false };
}

/** Reads `-cpu MODEL[,FEATURE…]`. Features that do not bear on memory are taken as they are. */
export function readCpu(text: string, arch: QemuArch): QemuCpu | { readonly error: string; readonly help?: string } {
  if (arch !== 'x86_64') return readPlainCpu(text, arch);
  const [model = '', ...features] = text.split(',');
  const base = model.replace(/-v\d+$/, '');
  if (model === 'host')
    return { error: "CPU model 'host' requires KVM or HVF", help: 'memhp plays on TCG: write -cpu max' };
  if (!AMD.has(base) && !OTHERS.has(base))
    return { error: `unable to find CPU model '${model}'`, help: 'write -cpu max' };
  if (NO_LONG_MODE.has(base)) return { error: `-cpu ${model} cannot run a 64-bit kernel`, help: 'write -cpu max' };
  let physBits = TCG_PHYS_BITS;
  let hypervisor = true;
  let la57 = LA57.has(base);
  let amd = AMD.has(base);
  for (const feature of features) {
    const sign = /^[+-]/.exec(feature)?.[0];
    const [name = '', value] = (sign === undefined ? feature : feature.slice(1)).split('=', 2);
    const on = sign === '-' ? false : value === undefined ? true : parseQemuBool(value);
    if (name === 'hypervisor') hypervisor = on ?? true;
    if (name === 'la57') la57 = on ?? true;
    if (name === 'vendor' && value !== undefined) amd = value === 'AuthenticAMD';
    if (name === 'phys-bits') {
      const bits = parseUint64(value ?? '');
      if (bits === undefined) return { error: "Parameter 'phys-bits' expects integer" };
      if (bits !== 0n && (bits < 32n || bits > 52n)) {
        return { error: `phys-bits should be between 32 and 52  (but is ${bits})` };
      }
      if (bits !== 0n) physBits = Number(bits);
    }
  }
  return { amd, physBits, hypervisor, la57 };
}
