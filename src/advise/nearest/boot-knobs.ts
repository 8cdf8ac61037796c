/** What the machine may be booted with in place of what it was: memory, its slots, `memmap=`, hotplug parameters. */

import type { Machine } from '../../drivers/machine.ts';
import { GiB, KiB, MiB } from '../../kernel/units.ts';
import type { Knob, WordChoice } from './knob.ts';
import { typedNumber } from './number-text.ts';
import type { TypedLine } from './suggestion.ts';

const PARAMETERS = [
  ['memhp_default_state', 'offline', 'new memory stays off line until told'],
  ['memhp_default_state', 'online_movable', 'new memory goes to ZONE_MOVABLE'],
  ['memory_hotplug.memmap_on_memory', '1', 'new memory holds its own memmap where it can'],
  ['memory_hotplug.memmap_on_memory', '0', 'memmaps of new memory come from RAM'],
] as const;

/** Knobs that ask a machine booted anew, with everything typed so far and then the line. */
export function bootKnobs(machine: Machine, line: TypedLine): Knob[] {
  const description = machine.devices.bootedFrom?.description;
  if (description === undefined) return [];
  const knobs: Knob[] = [];
  const words = description.cmdline.split(/\s+/).filter((word) => word !== '');
  const lines = [line];
  if (/\b(?:nd|dax)ctl\b|\bmodprobe\b|\/nd\/|\/dax\//.test(line.text)) {
    words.forEach((word, index) => {
      const put = (text: string): string => words.map((each, at) => (at === index ? text : each)).join(' ');
      knobs.push(...regionKnobs(word, put, lines, machine.kernel.memoryBlockSizeBytes));
    });
  }
  if (line.prompt === 'monitor' || /memory\d+|daxctl/.test(line.text)) {
    knobs.push({ kind: 'word', what: 'boot parameter', from: 'as booted', choices: parameterChoices(words, lines) });
  }
  if (line.prompt === 'monitor') knobs.push(...memoryKnobs(machine, description.memory, lines));
  return knobs;
}

/** Persistent memory `memmap=SIZE!START`, or a range given another type, `memmap=SIZE%START-1+0xefffffff`. */
const REGION = /^memmap=([^!$#@%]+)([!%])([^,+-]+)(.*)$/;

/** A region set apart at boot: its size and its start. */
function regionKnobs(word: string, put: (text: string) => string, lines: readonly TypedLine[], blockSize: number): Knob[] {
  const match = REGION.exec(word);
  const size = match === null ? undefined : typedNumber(match[1] as string);
  const start = match === null ? undefined : typedNumber(match[3] as string);
  if (match === null || size === undefined || start === undefined) return [];
  const [, sizeText, mark, startText, rest] = match as unknown as [string, string, string, string, string];
  const knob = (what: string, value: number, write: (value: number) => string, text: (value: number) => string): Knob => ({
    kind: 'number',
    what,
    value,
    steps: [64 * KiB, MiB, 2 * MiB, 16 * MiB, 64 * MiB, 128 * MiB],
    least: 2 * MiB,
    most: value + Math.max(2 * GiB, 2 * blockSize),
    write,
    request: (other) => ({ lines, boot: { cmdline: put(text(other)) } }),
  });
  return [
    knob(`size of ${word}`, size.value, size.write, (value) => `memmap=${size.write(value)}${mark}${startText}${rest}`),
    knob(`start of ${word}`, start.value, start.write, (value) => `memmap=${sizeText}${mark}${start.write(value)}${rest}`),
  ];
}

function parameterChoices(words: readonly string[], lines: readonly TypedLine[]): WordChoice[] {
  return PARAMETERS.filter(([name, value]) => !words.includes(`${name}=${value}`)).map(([name, value, note]) => {
    const kept = words.filter((word) => !word.startsWith(`${name}=`));
    const to = `${name}=${value}`;
    return { to, trial: { lines, boot: { cmdline: [...kept, to].join(' ') } }, note };
  });
}

/** More slots, more room, and below 64 GiB smaller memory blocks. */
function memoryKnobs(machine: Machine, memory: string, lines: readonly TypedLine[]): Knob[] {
  const [size = '', ...options] = memory.split(',');
  const rest = options.filter((option) => !/^(?:slots|maxmem)=/.test(option));
  const given = (name: string): string | undefined => options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  const slots = Number(given('slots') ?? 0);
  const bytes = typedNumber(size, MiB);
  const room = typedNumber(given('maxmem') ?? size, given('maxmem') === undefined ? MiB : 1);
  const choices: WordChoice[] = [];
  const choose = (changed: string, note: string): void => {
    choices.push({ to: changed, trial: { lines, boot: { memory: changed } }, note });
  };
  const join = (first: string, count: number, most: string): string => [first, ...rest, `slots=${count}`, `maxmem=${most}`].join(',');
  if (room !== undefined) {
    const most = given('maxmem');
    if (slots > 0 && most !== undefined) choose(join(size, slots * 2, most), 'more slots');
    for (const times of [2, 4, 16]) choose(join(size, Math.max(slots, 4), `${Math.ceil((room.value * times) / GiB)}G`), 'more room for devices');
    if (bytes !== undefined && bytes.value >= 64 * GiB && machine.kernel.memoryBlockSizeBytes > 128 * MiB) {
      choose(join('63G', Math.max(slots, 1), most ?? size), 'below 64 GiB memory blocks are of 128 MiB');
    }
  }
  return choices.length === 0 ? [] : [{ kind: 'word', what: 'memory of the machine', from: memory, choices, isLadder: true }];
}
