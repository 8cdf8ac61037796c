/** A random machine with the lines typed at it, and its runbook. */

import type { QemuArch } from '../drivers/qemu/platform.ts';
import { profileNames } from '../kernel/profile/profile.ts';
import { parseRunbook } from '../runbook/parse.ts';
import type { Scenario, Step } from './record.ts';
import { scenarioOfRunbook } from './verify.ts';

export interface FuzzCase {
  readonly family: string;
  readonly seed: number;
  /** x86_64 when absent. */
  readonly arch?: QemuArch;
  /** As after QEMU's `-m`. */
  readonly memory: string;
  /** Words for the kernel command line. */
  readonly cmdline: readonly string[];
  /** Further machine arguments, in groups that only make sense together. */
  readonly qemu: readonly (readonly string[])[];
  readonly steps: readonly Step[];
}

/** `dimm-1234567`: what its files are called. */
export function nameOfCase({ family, seed }: FuzzCase): string {
  return `${family}-${seed}`;
}

/** The text of its runbook; `notes` become the description. */
export function runbookOfCase(one: FuzzCase, kernel: string, notes: readonly string[] = []): string {
  const words = one.qemu.flat();
  return [
    '---',
    `title: fuzz ${nameOfCase(one)}`,
    ...(notes.length === 0 ? [] : [`description: ${quoted(notes.join('; '))}`]),
    `kernel: ${quoted(profileNameOf(kernel))}`,
    ...(one.arch === undefined ? [] : [`arch: ${one.arch}`]),
    `memory: ${quoted(one.memory)}`,
    ...(one.cmdline.length === 0 ? [] : ['cmdline:', ...one.cmdline.map((word) => `  - ${quoted(word)}`)]),
    ...(words.length === 0 ? [] : ['qemu:', ...words.map((word) => `  - ${quoted(word)}`)]),
    '---',
    '',
    ...one.steps.map((step) => ('run' in step ? `$ ${step.run}` : `(qemu) ${step.monitor}`)),
    '',
  ].join('\n');
}

/** `6.12.117+deb12-arm64` and `6.12-arm64` → `6.12`, which the model knows; a kernel somebody named stays what it is. */
function profileNameOf(kernel: string): string {
  const series = /^\d+\.\d+/.exec(kernel)?.[0] ?? '';
  return profileNames().includes(series) ? series : kernel;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What is played is what the runbook says, so that a saved one plays the same. */
export function scenarioOfCase(one: FuzzCase, kernel: string): Scenario {
  const name = nameOfCase(one);
  const { book, diagnostics } = parseRunbook(runbookOfCase(one, kernel), name);
  const wrong = diagnostics.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new Error(`fuzz case ${name}: ${wrong.message}`);
  return scenarioOfRunbook(book, name, one.arch);
}
