/** What a machine is described by, and the complaint when a description cannot be a machine. */

import type { BootInput } from '../kernel/boot/boot-map.ts';
import type { WhatIf } from '../kernel/profile/profile.ts';

/** A machine in the words of a runbook's front matter. */
export interface MachineDescription {
  /** Kernel by profile name, e.g. `6.12`. */
  readonly kernel: string;
  /** Architecture by the name in ARCHITECTURES; x86_64 when absent. */
  readonly arch?: string;
  /** As after QEMU's `-m`, e.g. `1G,slots=4,maxmem=8G`. */
  readonly memory: string;
  /** What is added to the kernel command line. */
  readonly cmdline: string;
  /** Further machine arguments, one word each. */
  readonly qemu: readonly string[];
  /** What to lay over the kernel: a policy or single behaviours. No real kernel then. */
  readonly whatIf?: WhatIf;
}

/** What firmware was seen to hand over, in place of what the arguments make of it. */
export type SeenFirmware = Pick<BootInput, 'e820' | 'srat' | 'pciWindows'>;

export interface DescriptionComplaint {
  /** What is wrong; in QEMU's own words where QEMU would say it. */
  readonly message: string;
  /** `kernel`, `arch`, `memory`, `cmdline` or `qemu[N]`. */
  readonly field: string;
  readonly help?: string | undefined;
  /** Place within the field's text. */
  readonly span?: { readonly start: number; readonly end: number } | undefined;
  /** The option as QEMU names it before its message, e.g. `-m 1G,slots=x`. */
  readonly option?: string | undefined;
}

/** Thrown for a description that is no machine. */
export class MachineDescriptionError extends Error {
  override readonly name = 'MachineDescriptionError';
  readonly field: string;
  readonly help: string | undefined;
  readonly span: { readonly start: number; readonly end: number } | undefined;
  readonly option: string | undefined;

  constructor(complaint: DescriptionComplaint) {
    super(complaint.message);
    this.field = complaint.field;
    this.help = complaint.help;
    this.span = complaint.span;
    this.option = complaint.option;
  }
}
