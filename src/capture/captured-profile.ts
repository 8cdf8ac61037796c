/** Which architecture and kernel profile a captured machine is read by, and what of that is a guess. */

import { ARCHITECTURES, type ArchConstants } from '../kernel/profile/arch.ts';
import { resolveProfile, type KernelProfile } from '../kernel/profile/profile.ts';
import { profileOfRelease } from '../kernel/profile/profile-of-release.ts';
import type { CapturedMachine } from './captured-machine.ts';

export interface CapturedProfile {
  readonly profile: KernelProfile;
  readonly arch: ArchConstants;
  /** Section size in bytes: the architecture's, unless the block size contradicts it. */
  readonly sectionSize: number;
  /** What was taken without being told, one sentence each. */
  readonly assumed: readonly string[];
}

/** What the readers default to when nothing tells. */
const DEFAULT_RELEASE = '6.12';

/** The profile a release is read by: the nearest that is not newer; undefined for what is no release. */
export function profileNameFor(release: string): string | undefined {
  return /^v?\d{1,3}\.\d{1,4}/.test(release) ? profileOfRelease(release.replace(/^v/, '')).profile.name : undefined;
}

export function profileOf(machine: CapturedMachine): CapturedProfile {
  const assumed: string[] = [];
  let archName = machine.arch;
  if (archName === undefined || ARCHITECTURES[archName] === undefined) {
    if (archName !== undefined) assumed.push(`the architecture ${archName} is not known here; x86_64 is taken`);
    else assumed.push('nothing says which architecture this is; x86_64 is taken');
    archName = 'x86_64';
  }
  const { kernelRelease } = machine;
  let profile = resolveProfile(DEFAULT_RELEASE, archName);
  if (kernelRelease === undefined || profileNameFor(kernelRelease) === undefined) {
    assumed.push(`nothing says which kernel ran; ${DEFAULT_RELEASE} is taken`);
  } else {
    const named = profileOfRelease(kernelRelease, machine.stableVersion ?? kernelRelease, archName);
    profile = named.profile;
    if (!named.exact)
      assumed.push(`kernel ${kernelRelease} is read by the profile of ${profile.name}, the nearest that is not newer`);
  }
  const usual = 2 ** profile.arch.sectionSizeBits;
  const { blockSizeBytes } = machine;
  let sectionSize = usual;
  // Where a block is a section, the recorded size tells more than the table: arm64 had 1 GiB sections before 5.12.
  if (blockSizeBytes !== undefined && profile.arch.blockSizeRule === 'section') sectionSize = blockSizeBytes;
  else if (blockSizeBytes !== undefined && blockSizeBytes < usual) sectionSize = blockSizeBytes;
  if (sectionSize !== usual) {
    assumed.push(
      `blocks of ${sectionSize / 2 ** 20} MiB mean sections of that size, not the ${usual / 2 ** 20} ` +
        `MiB usual on ${archName} now`,
    );
  }
  return { profile, arch: profile.arch, sectionSize, assumed };
}

/** An architecture by a word of a release, a compiler's name or `uname -m`. */
export function archFromText(text: string): string | undefined {
  if (/x86[_-]64|\bamd64\b|-amd64\b/.test(text)) return 'x86_64';
  if (/aarch64|\barm64\b/.test(text)) return /64k/i.test(text) ? 'arm64-64k' : 'arm64';
  if (/ppc64le|powerpc64le/.test(text)) return 'ppc64le';
  if (/s390x/.test(text)) return 's390x';
  if (/riscv64/.test(text)) return 'riscv64';
  return /loongarch64/.test(text) ? 'loongarch64' : undefined;
}

/** An architecture by /proc/cpuinfo. */
export function archFromCpuinfo(text: string): string | undefined {
  const head = text.slice(0, 20_000);
  if (/IBM\/S390/.test(head)) return 's390x';
  if (/GenuineIntel|AuthenticAMD|HygonGenuine|CentaurHauls/.test(head))
    return /\blm\b/.test(head) || !/flags/.test(head) ? 'x86_64' : undefined;
  if (/CPU implementer/.test(head)) return 'arm64';
  if (/^cpu\s*:\s*POWER/m.test(head)) return 'ppc64le';
  if (/^isa\s*:\s*rv64/m.test(head)) return 'riscv64';
  return /Loongson/i.test(head) ? 'loongarch64' : undefined;
}

const X86_NAMES =
  /^(?:ACPI Non-v|Local APIC|IOAPIC \d|Video ROM|Adapter ROM|HPET \d|dmar\d|Unknown E820|PCI MMCONFIG|.*\(legacy\)$)/;

/** An architecture by names that only one firmware gives to resources. */
export function archFromResources(names: Iterable<string>): string | undefined {
  for (const name of names) if (X86_NAMES.test(name)) return 'x86_64';
  return undefined;
}
