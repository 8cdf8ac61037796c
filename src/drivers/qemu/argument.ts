/** A machine's arguments one by one, and how they are refused. */

import { MachineDescriptionError } from '../machine-description.ts';

/** One argument with its value and where it stood. */
export interface Argument {
  readonly name: string;
  readonly value: string;
  readonly field: string;
}

const WITH_VALUE = new Set(['M', 'machine', 'cpu', 'm', 'smp', 'object', 'numa', 'device']);
/** Arguments that change nothing memhp models. */
const IGNORED_FLAGS = new Set(['nographic', 'nodefaults', 'no-reboot', 'no-user-config', 'S', 'no-shutdown']);
const IGNORED_WITH_VALUE = new Set(['serial', 'monitor', 'display', 'accel', 'name', 'vga', 'qmp', 'rtc', 'uuid']);
const KERNEL_ARGUMENTS = new Set(['kernel', 'initrd', 'append', 'bios', 'drive', 'hda', 'cdrom']);

/** A longer argument is refused unread. */
const MAX_WORD = 16 * 1024;

/** Refuses an argument; `atOption` when QEMU names it before its message. */
export function complain(argument: Argument, message: string, help?: string, atOption = true): never {
  const option = atOption ? `-${argument.name} ${argument.value}` : undefined;
  throw new MachineDescriptionError({ message, field: argument.field, help, option });
}

/** Cuts a machine's words into arguments and their values. */
export function readArguments(words: readonly string[]): Argument[] {
  const found: Argument[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const field = `qemu[${at}]`;
    if (word.length > MAX_WORD) {
      throw new MachineDescriptionError({ message: `an argument is longer than ${MAX_WORD} characters`, field });
    }
    const name = word.replace(/^--?/, '');
    const argument = { name, value: '', field };
    if (!word.startsWith('-') || name === '') {
      const help = 'arguments begin with a dash; give each word an entry of its own';
      throw new MachineDescriptionError({ message: `${clip(word)} is no machine argument`, field, help });
    }
    if (IGNORED_FLAGS.has(name)) continue;
    if (KERNEL_ARGUMENTS.has(name))
      complain(
        argument,
        `-${name} is not for a described machine`,
        'memhp boots the kernel that `kernel:` names',
        false,
      );
    if (!WITH_VALUE.has(name) && !IGNORED_WITH_VALUE.has(name)) {
      throw new MachineDescriptionError({
        message: 'invalid option',
        field,
        option: clip(word),
        help: `memhp knows ${[...WITH_VALUE].map((known) => `-${known}`).join(', ')}`,
      });
    }
    const value = words[++at];
    if (value !== undefined && value.length > MAX_WORD) {
      throw new MachineDescriptionError({
        message: `an argument is longer than ${MAX_WORD} characters`,
        field: `qemu[${at}]`,
      });
    }
    if (value === undefined) {
      throw new MachineDescriptionError({
        message: 'requires an argument',
        field,
        option: word,
        help: `write ${word} and its value as two entries`,
      });
    }
    if (WITH_VALUE.has(name)) found.push({ name, value, field: `qemu[${at}]` });
  }
  return found;
}

/** Text short enough for a message. */
export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
