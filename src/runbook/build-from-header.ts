/** From front matter to a machine, with every complaint at its place in the text. */

import { buildMachine } from '../drivers/build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from '../drivers/machine-description.ts';
import type { Machine } from '../drivers/machine.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { profileNames, type WhatIf } from '../kernel/profile/profile.ts';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { FRONT_MATTER_KEYS } from './parse-front-matter.ts';
import { nearestName } from './nearest.ts';
import type { FrontMatter, Spanned } from './runbook.ts';
import type { SourceText, Span } from './source-text.ts';

/** The newest kernel the model is held to by recordings. */
export const DEFAULT_KERNEL = '6.12';
const DEFAULT_ARCH = 'x86_64';

export interface BuiltMachine {
  readonly description: MachineDescription | undefined;
  /** Absent when there is an error among the diagnostics. */
  readonly machine: Machine | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Boots the machine that front matter (or `--on`) describes; `whatIf` is laid over its kernel. */
export function buildFromHeader(source: SourceText, header: FrontMatter, whatIf?: WhatIf): BuiltMachine {
  const diagnostics = checkNames(source, header);
  if (header.memory === undefined) {
    const hasHeader = header.span.end > header.span.start;
    const help = hasHeader
      ? source.name === '--on'
        ? 'add it: 6.12,memory=1G,slots=4,maxmem=8G'
        : 'add a line such as `memory: 1G,slots=4,maxmem=8G`'
      : 'begin the runbook with front matter (--- / kernel: "6.12" / memory: 1G / ---), or name a machine with --on';
    const span = hasHeader
      ? { start: header.span.start, end: Math.min(header.span.end, header.span.start + 3) }
      : undefined;
    const message = hasHeader ? 'the machine has no memory' : 'no machine is described';
    diagnostics.push(diagnostic('MHP0022', message, source, span, { help }));
  }
  if (diagnostics.length > 0) return { description: undefined, machine: undefined, diagnostics };

  const description: MachineDescription = {
    kernel: header.kernel?.value ?? DEFAULT_KERNEL,
    arch: header.arch?.value ?? DEFAULT_ARCH,
    memory: header.memory!.value,
    cmdline: header.cmdline?.value ?? '',
    qemu: header.qemu.map((word) => word.value),
    ...(whatIf === undefined ? {} : { whatIf }),
  };
  try {
    return { description, machine: buildMachine(description), diagnostics: [] };
  } catch (error) {
    if (!(error instanceof MachineDescriptionError)) throw error;
    const { label, span } = placeOf(source, header, error);
    const details = { label, help: error.help };
    return {
      description,
      machine: undefined,
      diagnostics: [diagnostic('MHP0021', lowerFirst(error.message), source, span, details)],
    };
  }
}

/** Checks a kernel name alone, as `--kernel` gives it. */
export function checkKernelName(source: SourceText, kernel: Spanned<string>): Diagnostic[] {
  const names = profileNames();
  if (names.includes(kernel.value)) return [];
  const near = nearestKernel(kernel.value, names);
  return [
    diagnostic('MHP0020', `memhp has no kernel \`${clip(kernel.value)}\``, source, kernel.span, {
      label: near === undefined ? '' : `the nearest is \`${near}\``,
      help: `kernels are ${names.join(', ')}`,
    }),
  ];
}

function checkNames(source: SourceText, header: FrontMatter): Diagnostic[] {
  const found = header.kernel === undefined ? [] : checkKernelName(source, header.kernel);
  if (header.arch !== undefined && !Object.hasOwn(ARCHITECTURES, header.arch.value)) {
    const names = Object.keys(ARCHITECTURES);
    const near = nearestName(header.arch.value, names);
    found.push(
      diagnostic('MHP0020', `memhp has no architecture \`${clip(header.arch.value)}\``, source, header.arch.span, {
        label: near === undefined ? '' : `did you mean \`${near}\`?`,
        help: `architectures are ${names.join(', ')}`,
      }),
    );
  }
  return found;
}

/** `6.13` → the newest kernel not newer than it; a misspelt name → the one spelt most alike. */
export function nearestKernel(name: string, names: readonly string[]): string | undefined {
  const version = /(\d+)\.(\d+)/.exec(name);
  if (version === null) return nearestName(name, names);
  const rank = (major: string, minor: string): number => Number(major) * 1000 + Number(minor);
  const wanted = rank(version[1]!, version[2]!);
  let best: string | undefined;
  for (const candidate of names) {
    const parts = /^(\d+)\.(\d+)$/.exec(candidate);
    if (parts !== null && rank(parts[1]!, parts[2]!) <= wanted) best = candidate;
  }
  return best ?? names[0];
}

/** Where in the text the described field stands; a `qemu` error is placed at its own word when it names one. */
function placeOf(
  source: SourceText,
  header: FrontMatter,
  error: MachineDescriptionError,
): { span: Span | undefined; label: string } {
  const name = /^[a-z]+/.exec(error.field)?.[0] ?? '';
  const index = Number(/\d+/.exec(error.field)?.[0] ?? NaN);
  let field: Spanned<string> | undefined;
  if (name === 'qemu') {
    field = header.qemu[index] ?? header.qemu.find((word) => error.message.includes(word.value));
    if (field === undefined && header.qemu.length > 0) {
      const span = { start: header.qemu[0]!.span.start, end: header.qemu.at(-1)!.span.end };
      field = { value: '', span };
    }
  } else if (Object.hasOwn(FRONT_MATTER_KEYS, name)) {
    field = header[name as 'kernel' | 'memory' | 'cmdline'];
  }
  if (field === undefined) return { span: undefined, label: '' };
  const verbatim = source.text.startsWith(field.value, field.span.start);
  if (error.span === undefined || !verbatim || field.value === '') return { span: field.span, label: '' };
  const { start, end } = error.span;
  return {
    span: { start: field.span.start + start, end: Math.min(field.span.start + end, field.span.end) },
    label: '',
  };
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

function lowerFirst(text: string): string {
  // A leading capital of an abbreviation (QEMU, NUMA) stays.
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}
