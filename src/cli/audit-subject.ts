/** What `memhp audit` was given: a runbook, a description, a captured machine, or ranges typed on the command line. */

import { auditCapture, auditMachine, auditPlayable, type Audit, type AuditOptions } from '../advise/audit/audit.ts';
import { assembleMachines } from '../capture/assemble.ts';
import { CaptureError, placeText } from '../capture/capture-error.ts';
import type { CapturedMachine } from '../capture/captured-machine.ts';
import { readHost, readSource } from '../capture/read-source.ts';
import type { Machine } from '../drivers/machine.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { looksLikeMachineSpec } from '../runbook/machine-spec.ts';
import { looksLikeRunbook, parseRunbook } from '../runbook/parse.ts';
import { playRunbook } from '../runbook/play.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { sourceText } from '../runbook/source-text.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { exists, readTextFile } from './files.ts';
import { machineOfHeader, machineOfName } from './machine-source.ts';

export interface SubjectOptions extends AuditOptions {
  /** Over what was recorded or described. */
  readonly kernel?: string | undefined;
  readonly arch?: string | undefined;
  readonly blockSizeBytes?: number | undefined;
}

/** Audits of what a name stands for (a capture may hold several machines), or what is wrong with it. */
export type Audited = { readonly audits: readonly Audit[] } | { readonly diagnostics: readonly Diagnostic[] };

/** Audits one MACHINE; undefined is this host. */
export async function auditSubject(name: string | undefined, options: SubjectOptions): Promise<Audited> {
  if (name === undefined) return captured('this host', options);
  const isFile = name === '-' || exists(name);
  if (!isFile) {
    const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
    if (example !== undefined) return runbook(example, `example ${name}`, options);
    if (looksLikeMachineSpec(name)) return described(name, options);
    const found = await machineOfName(name, options.kernel);
    return 'diagnostics' in found ? found : { audits: [auditMachine(name, found.ready.machine, [])] };
  }
  const read = name === '-' ? undefined : readTextFile(name);
  if (read !== undefined && 'text' in read && looksLikeRunbook(read.text)) return runbook(read.text, name, options);
  return captured(name, options);
}

async function described(name: string, options: SubjectOptions): Promise<Audited> {
  const found = await machineOfName(name, options.kernel);
  if ('diagnostics' in found) return found;
  const book: Runbook = { source: sourceText(name, ''), header: { qemu: [], span: { start: 0, end: 0 } }, commands: [] };
  return playable(name, book, found.ready.machine, options);
}

async function runbook(text: string, name: string, options: SubjectOptions): Promise<Audited> {
  const { book, diagnostics } = parseRunbook(text, name);
  if (hasErrors(diagnostics)) return { diagnostics };
  const found = await machineOfHeader(book.source, book.header, options.kernel);
  if ('diagnostics' in found) return found;
  const { machine, about } = found.ready;
  if (machine.devices.bootedFrom === undefined) {
    const commands = book.commands.map((command) => ({ ...command, expected: [], exit: undefined }));
    playRunbook({ ...book, commands }, machine);
    return { audits: [auditMachine(book.header.title?.value ?? name, machine, about.assumed ?? [])] };
  }
  return playable(book.header.title?.value ?? name, book, machine, options);
}

function playable(
  name: string,
  book: Runbook,
  machine: Machine,
  options: SubjectOptions,
): Audited {
  const { bootedFrom } = machine.devices;
  if (bootedFrom === undefined) return { audits: [auditMachine(name, machine, [])] };
  const { blockSizeBytes } = options;
  const { description } = bootedFrom;
  const whatIf = { ...description.whatIf, ...(blockSizeBytes === undefined ? {} : { memoryBlockSizeBytes: blockSizeBytes }) };
  const asked = blockSizeBytes === undefined ? description : { ...description, whatIf };
  return { audits: [auditPlayable(name, { description: asked, book }, options)] };
}

function captured(name: string, options: SubjectOptions): Audited {
  try {
    const parts = (name === 'this host' ? readHost() : readSource(name)).parts;
    return { audits: assembleMachines(parts).map((machine) => auditCapture(overridden(machine, options), options)) };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const where = placeText(error.place);
    const message = where === name ? error.message : `${error.message} (${where})`;
    return { diagnostics: [diagnostic('MHP0001', message, sourceText(name, ''), undefined, { help: error.help })] };
  }
}

/** What the command line knows better than the capture. */
export function overridden(machine: CapturedMachine, { kernel, arch, blockSizeBytes }: SubjectOptions): CapturedMachine {
  return {
    ...machine,
    ...(kernel === undefined ? {} : { kernelRelease: kernel }),
    ...(arch === undefined ? {} : { arch }),
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes, blockSizeFrom: 'recorded' as const }),
  };
}
