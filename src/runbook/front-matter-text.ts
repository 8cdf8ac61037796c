/** Front matter as text: as a runbook had it, or from what a machine was booted from. */

import type { MachineDescription } from '../drivers/machine-description.ts';
import type { Machine } from '../drivers/machine.ts';
import type { Runbook } from './runbook.ts';

/** The front matter of a runbook as it was, marks included; undefined when it has none. */
export function frontMatterOfBook({ source, header }: Runbook): string | undefined {
  const { start, end } = header.span;
  if (end <= start) return undefined;
  return source.text.slice(start, end).replace(/^\ufeff/, '').replace(/\r\n/g, '\n').trimEnd();
}

/** The description a machine was booted from; without one, front matter that says nothing. */
export function frontMatterOfMachine(machine: Machine): string {
  const { bootedFrom } = machine.devices;
  return bootedFrom === undefined ? '---\n---' : frontMatterOf(bootedFrom.description);
}

/** Front matter for a described machine; `title` is a line for people. */
export function frontMatterOf(description: MachineDescription, title?: string): string {
  const { kernel, arch = 'x86_64', memory, cmdline, qemu } = description;
  return [
    '---',
    ...(title === undefined ? [] : [`title: ${quoted(title)}`]),
    `kernel: ${quoted(kernel)}`,
    ...(arch === 'x86_64' ? [] : [`arch: ${quoted(arch)}`]),
    `memory: ${plain(memory)}`,
    ...(cmdline === '' ? [] : [`cmdline: ${plain(cmdline)}`]),
    ...(qemu.length === 0 ? [] : ['qemu:', ...argumentLines(qemu)]),
    '---',
  ].join('\n');
}

/** Front matter that names a captured machine. */
export function frontMatterOfCapture(path: string, kernel?: string): string {
  return ['---', ...(kernel === undefined ? [] : [`kernel: ${quoted(kernel)}`]), `machine: ${quoted(path)}`, '---'].join('\n');
}

/** An option and its value stand on one line, as people write them. */
function argumentLines(words: readonly string[]): string[] {
  const lines: string[][] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last?.length === 1 && last[0]!.startsWith('-') && !word.startsWith('-')) last.push(word);
    else lines.push([word]);
  }
  return lines.map((line) => `  - ${plain(line.map(shellQuoted).join(' '))}`);
}

function shellQuoted(word: string): string {
  return word === '' ? "''" : word.replace(/[\s'"\\]/g, '\\$&');
}

/** As it stands where YAML takes it so, else in quotes. */
function plain(text: string): string {
  return /^[A-Za-z0-9/-][\w/=,.!@$%+;~-]*(?: [\w/=,.!@$%+;~-]+)*$/.test(text) && !/^[-\d.+_eE]*$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
