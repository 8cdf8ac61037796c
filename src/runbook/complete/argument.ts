/** Completes a command's arguments: sub-commands, options, what options take, devices, modules. */

import { MODULE_NAMES, moduleExists } from '../../drivers/modules.ts';
import type { Machine } from '../../drivers/machine.ts';
import { modelFiles } from '../../sysfs/model-files.ts';
import { beginning, type Completion } from './completion.ts';
import { subCommands, usageOptions, type UsageOption } from './tool-usage.ts';
import type { TypedPart } from './typed-part.ts';

/** Words that files of memory blocks take. */
const STATES = ['online', 'offline', 'online_movable', 'online_kernel'];

/** Completes the word being typed behind at least one other. */
export function completeArgument(machine: Machine, part: TypedPart): Completion {
  const { before, word, start } = part;
  const [tool, ...words] = before as [string, ...string[]];
  const whole = (names: readonly string[]): Completion => ({
    from: start,
    words: beginning(names, word).map((name) => (name.endsWith('=') ? name : `${name} `)),
  });
  if (tool === 'echo') return words.length === 0 ? whole(STATES) : whole(['>']);
  if (tool === 'modprobe') return whole(word.startsWith('-') ? ['-r', '-a'] : modules(machine, words));
  const subs = subCommands(machine, tool);
  if (subs.length > 0 && words.length === 0) return whole(subs);
  const options = usageOptions(machine, subs.length > 0 ? `${tool} ${words[0]}` : tool);
  const given = /^(--[\w-]+)=(.*)$/.exec(word);
  const named = optionNamed(options, given?.[1] ?? words.at(-1) ?? '');
  if (named?.value !== undefined) {
    const typed = given?.[2] ?? word;
    const from = start + word.length - typed.length;
    return { from, words: beginning(values(machine, tool, named), typed).map((value) => `${value} `) };
  }
  if (word.startsWith('-')) {
    return whole(options.map((option) => `--${option.long}${option.value === undefined ? '' : '='}`));
  }
  if (subs.length > 0) return whole(operands(machine, tool, words[0]!));
  return { from: start, words: word === '' ? ['/'] : [] };
}

function optionNamed(options: readonly UsageOption[], word: string): UsageOption | undefined {
  return options.find(({ short, long }) => word === `--${long}` || (short !== undefined && word === `-${short}`));
}

function modules(machine: Machine, words: readonly string[]): readonly string[] {
  if (words.includes('-r')) return machine.devices.modules;
  return MODULE_NAMES.filter((name) => moduleExists(machine, name));
}

/** What an option takes: the words its help names, or devices of the kind its value is called after. */
function values(machine: Machine, tool: string, option: UsageOption): readonly string[] {
  if (option.choices.length > 0) return option.choices;
  const about = `${option.long} ${option.value ?? ''}`;
  if (/namespace/.test(about)) return devices(machine, 'nd', /^namespace/);
  if (/region/.test(about)) return tool === 'daxctl' ? [] : devices(machine, tool === 'cxl' ? 'cxl' : 'nd', /^region/);
  if (/dimm/.test(about)) return devices(machine, 'nd', /^nmem/);
  if (/decoder/.test(about)) return devices(machine, 'cxl', /^decoder0\./);
  if (/\bbus/.test(about)) return devices(machine, 'nd', /^ndbus/);
  if (option.long === 'align') return ['4K', '2M', '16M', '1G'];
  return [];
}

/** What a sub-command is done to. */
function operands(machine: Machine, tool: string, command: string): readonly string[] {
  if (command === 'list' || command.startsWith('create')) {
    return tool === 'cxl' ? devices(machine, 'cxl', /^mem/) : [];
  }
  if (tool === 'daxctl') return devices(machine, 'dax', /^dax/);
  if (tool === 'cxl') return devices(machine, 'cxl', command.endsWith('region') ? /^region/ : /^mem/);
  const kind = /namespace|infoblock|errors/.test(command) ? /^namespace/ : /region/.test(command) ? /^region/ : /^nmem/;
  return [...devices(machine, 'nd', kind), 'all'];
}

/** Names on a bus. libnvdimm keeps an empty namespace at hand, which is nothing to act on. */
function devices(machine: Machine, bus: string, kind: RegExp): string[] {
  const files = modelFiles(machine);
  const names = files.list(`/sys/bus/${bus}/devices`);
  if (typeof names === 'number') return [];
  return names.filter((name) => kind.test(name) && files.read(`/sys/bus/nd/devices/${name}/size`) !== '0\n');
}
