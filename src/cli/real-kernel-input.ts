/** Runbooks for real kernels: read, checked, and turned into scenarios. */

import { basename } from 'node:path';
import { qemuArchOf } from '../drivers/qemu/platform.ts';
import { buildFromHeader } from '../runbook/build-from-header.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { parseRunbook } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { archOfKernel, findKernel, type StoredKernel } from '../realkernel/kernel-store.ts';
import type { Scenario } from '../realkernel/record.ts';
import { scenarioOfRunbook } from '../realkernel/verify.ts';
import { readTextFile } from './files.ts';

export interface RealRunbook {
  /** The file as given. */
  readonly file: string;
  readonly book: Runbook;
  readonly scenario: Scenario;
}

export type RealRunbookOrTrouble = { readonly runbook: RealRunbook } | { readonly diagnostics: readonly Diagnostic[] };

/** Reads a runbook that a real kernel can play: its machine is described, not captured. */
export function readRealRunbook(file: string): RealRunbookOrTrouble {
  const read = readTextFile(file);
  if ('diagnostic' in read) return { diagnostics: [read.diagnostic] };
  const { book, diagnostics } = parseRunbook(read.text, file === '-' ? 'standard input' : file);
  if (hasErrors(diagnostics)) return { diagnostics };
  const { machine } = book.header;
  if (machine !== undefined) {
    const message = 'a captured machine cannot be booted: only the model has it';
    const help = 'describe the machine by `memory:`, `cmdline:` and `qemu:`';
    return { diagnostics: [diagnostic('MHP0022', message, book.source, machine.span, { help })] };
  }
  const built = buildFromHeader(book.source, book.header);
  if (built.machine === undefined) return { diagnostics: built.diagnostics };
  const name = basename(file).replace(/\.\w+$/, '') || 'standard-input';
  return { runbook: { file, book, scenario: scenarioOfRunbook(book, name, qemuArchOf(book.header.arch?.value ?? 'x86_64')) } };
}

/** The kernels to play on: those named, else the runbook's own. @throws MissingHere */
export function kernelsFor(runbook: RealRunbook, named: readonly string[]): StoredKernel[] {
  const { kernel, arch } = runbook.book.header;
  const names = named.length > 0 ? named : [kernel?.value ?? '6.12'];
  return names.map((name) => findKernel(name, undefined, arch?.value));
}

/** The machine and lines of a runbook for this kernel: what the runbook leaves open is of the kernel's architecture. */
export function scenarioFor({ book, scenario }: RealRunbook, kernel: StoredKernel): Scenario {
  return scenarioOfRunbook(book, scenario.name, archOfKernel(kernel).name);
}

/** Splits `6.1,6.12`. */
export function kernelNames(text: string | undefined): string[] {
  return (text ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
}

