/** What may be changed of a line typed in the shell: sizes, alignments, modes, blocks, words, what has to come first. */

import type { Machine } from '../../drivers/machine.ts';
import { MiB } from '../../kernel/units.ts';
import type { Knob, WordChoice } from './knob.ts';
import { commandsOf, spliced, type LineCommand } from './line-words.ts';
import { typedNumber } from './number-text.ts';
import { hasFlag, optionValue } from './option-words.ts';
import { blockKnobs } from './block-knobs.ts';
import { fineSteps, memorySteps } from './steps.ts';
import type { TypedLine } from './suggestion.ts';

const shell = (text: string): TypedLine => ({ prompt: 'shell', text });

/** Knobs of every command of the line, those of the last first: it is what a line is about. */
export function shellKnobs(machine: Machine, line: string): Knob[] {
  return commandsOf(line).reverse().flatMap((command) => commandKnobs(machine, line, command));
}

function commandKnobs(machine: Machine, line: string, command: LineCommand): Knob[] {
  const name = command.words[0]?.text.replace(/^.*\//, '');
  if (name === 'ndctl' || name === 'daxctl') return toolKnobs(machine, line, command, name);
  if (name === 'chmem') return chmemKnobs(machine, line, command);
  if (name === 'echo' || name === 'printf') return [...blockKnobs(machine, line, command), ...numberKnobs(machine, line, command)];
  return [];
}

const ALIGNMENTS = ['4K', '2M', '16M', '1G'] as const;
const MODES: Readonly<Record<string, string>> = {
  fsdax: 'a block device with DAX and struct pages',
  devdax: 'a character device with struct pages',
  raw: 'a block device without struct pages: no DAX, no direct I/O to it',
  sector: 'a block device with atomic sectors, without struct pages',
};
const MAPS: Readonly<Record<string, string>> = { mem: 'struct pages from RAM', dev: 'struct pages from the device' };

function toolKnobs(machine: Machine, line: string, command: LineCommand, tool: 'ndctl' | 'daxctl'): Knob[] {
  const verb = command.words[1]?.text ?? '';
  const knobs: Knob[] = [];
  const creates = verb === 'create-namespace' || verb === 'create-device' || verb === 'reconfigure-device';
  if (creates) knobs.push(...sizeKnobs(machine, line, command));
  if (creates) knobs.push(optionKnob(line, command, 'alignment', ['align', 'a'], ALIGNMENTS.map((to) => [to, ''])));
  if (verb === 'create-namespace') {
    knobs.push(optionKnob(line, command, 'place of the memmap', ['map', 'M'], Object.entries(MAPS)));
    knobs.push(optionKnob(line, command, 'mode', ['mode', 'm'], Object.entries(MODES)));
  }
  if (!hasFlag(command, 'force', 'f')) {
    const end = command.words[1]?.end ?? 0;
    const trial = { lines: [shell(spliced(line, end, end, ' -f'))] };
    knobs.push({ kind: 'word', what: 'force', from: 'no --force', choices: [{ to: '-f', trial, note: 'takes it from whoever uses it' }] });
  }
  knobs.push(firstKnob(machine, line, tool));
  return knobs;
}

function sizeKnobs(machine: Machine, line: string, command: LineCommand): Knob[] {
  const option = optionValue(command, 'size', 's');
  const number = option === undefined ? undefined : typedNumber(option.value);
  if (option === undefined || number === undefined) return [];
  const { start, end } = option;
  return [
    {
      kind: 'number',
      what: 'size',
      value: number.value,
      steps: memorySteps(machine),
      least: 2 * MiB,
      most: 2 ** 46,
      write: number.write,
      request: (value) => ({ lines: [shell(spliced(line, start, end, number.write(value)))] }),
    },
  ];
}

/** Other words for an option that is there, or the option where it is not. */
function optionKnob(
  line: string, command: LineCommand, what: string, [long, short]: readonly [string, string],
  words: readonly (readonly [word: string, note: string])[],
): Knob {
  const given = optionValue(command, long, short);
  const end = command.words.at(-1)?.end ?? line.length;
  const choices = words.filter(([word]) => word !== given?.value).map(([to, note]): WordChoice => {
    const text = given === undefined ? spliced(line, end, end, ` --${long}=${to}`) : spliced(line, given.start, given.end, to);
    return { to, trial: { lines: [shell(text)] }, ...(note === '' ? {} : { note }) };
  });
  return { kind: 'word', what, from: given?.value ?? `no --${long}`, choices };
}

const MODULES = {
  ndctl: ['nd_e820', 'nfit', 'nd_pmem', 'dax_pmem', 'device_dax'],
  daxctl: ['device_dax', 'dax_pmem', 'kmem', 'dax_hmem', 'dax_cxl'],
} as const;

/** What may have to be typed before: a driver, a policy. */
function firstKnob(machine: Machine, line: string, tool: 'ndctl' | 'daxctl'): Knob {
  const missing = MODULES[tool].filter((name) => !machine.devices.modules.includes(name));
  const choices = missing.map((name): WordChoice => ({
    to: `modprobe ${name}`,
    trial: { lines: [shell(`modprobe ${name}`), shell(line)], changed: [0] },
    note: 'a driver that is not loaded',
  }));
  if (tool === 'daxctl') {
    const policy = 'echo offline > /sys/devices/system/memory/auto_online_blocks';
    choices.push({ to: policy, trial: { lines: [shell(policy), shell(line)], changed: [0] }, note: 'new memory then stays off line until told' });
  }
  return { kind: 'word', what: 'what comes first', from: 'nothing', choices };
}

/** Sizes and ranges of chmem; a bare number counts MiB. */
function chmemKnobs(machine: Machine, line: string, { words }: LineCommand): Knob[] {
  const word = words.findLast(({ text }, index) => index > 0 && !text.startsWith('-'));
  const byBlocks = words.some(({ text }) => text === '-b' || text === '--blocks' || /^-[a-z]*b/.test(text));
  if (word === undefined || word.end - word.start !== word.text.length) return [];
  const single = byBlocks ? undefined : typedNumber(word.text, MiB);
  if (single !== undefined) {
    return [
      {
        kind: 'number',
        what: 'size',
        value: single.value,
        steps: memorySteps(machine),
        least: 0,
        most: 2 ** 46,
        write: single.write,
        request: (value) => (value === 0 ? undefined : { lines: [shell(spliced(line, word.start, word.end, single.write(value)))] }),
      },
    ];
  }
  const range = /^(0x[\da-f]+)-(0x[\da-f]+)$/i.exec(word.text);
  if (range === null) return [];
  return [rangeKnob(machine, line, word, Number(range[1]), Number(range[2]) + 1)];
}

/** A range as a whole moved to whole blocks: outwards and inwards are the two that round. */
function rangeKnob(machine: Machine, line: string, word: { start: number; end: number; text: string }, from: number, to: number): Knob {
  const block = machine.kernel.memoryBlockSizeBytes;
  const rounded = [
    { start: Math.ceil(from / block) * block, end: Math.floor(to / block) * block, note: 'the whole blocks inside' },
    { start: Math.floor(from / block) * block, end: Math.ceil(to / block) * block, note: 'every block it touches' },
  ];
  const choices = rounded
    .filter(({ start, end }) => start < end && (start !== from || end !== to))
    .map(({ start, end, note }): WordChoice => {
      const text = `0x${start.toString(16)}-0x${(end - 1).toString(16)}`;
      return { to: text, trial: { lines: [shell(spliced(line, word.start, word.end, text))] }, note };
    });
  return { kind: 'word', what: 'range', from: word.text, choices };
}

/** `echo NUMBER > attribute`: sizes, alignments, addresses. */
function numberKnobs(machine: Machine, line: string, { words, target }: LineCommand): Knob[] {
  const word = words[1];
  if (word === undefined || words.length !== 2 || target === undefined || !/\/(?:size|align|probe|available_size)$/.test(target.text)) return [];
  const number = typedNumber(word.text);
  if (number === undefined || word.end - word.start !== word.text.length) return [];
  return [
    {
      kind: 'number',
      what: target.text.endsWith('/align') ? 'alignment' : target.text.endsWith('/probe') ? 'address' : 'size',
      value: number.value,
      steps: fineSteps(machine),
      least: 0,
      most: 2 ** 46,
      write: number.write,
      request: (value) => (value === 0 ? undefined : { lines: [shell(spliced(line, word.start, word.end, number.write(value)))] }),
    },
  ];
}
