/** daxctl 76.1, over the model's /sys. */

import { runSubCommand, usageOf } from '../ndctl/sub-command.ts';
import { NotModelled, type Tool } from '../tool.ts';
import { DEVICE_COMMANDS } from './device-commands.ts';
import { list } from './list.ts';

const USAGE = 'daxctl [--version] [--help] COMMAND [ARGS]';

/** In the order `--list-cmds` has them. */
const NAMES: readonly string[] = [
  'version', 'list', 'help', 'split-acpi', 'migrate-device-model', 'create-device', 'destroy-device',
  'reconfigure-device', 'online-memory', 'offline-memory', 'disable-device', 'enable-device',
];

function help(): string {
  return (
    `\n usage: ${USAGE}\n\n` +
    "\n See 'daxctl help COMMAND' for more information on a specific command.\n" +
    ' daxctl --list-cmds to see all available commands\n\n'
  );
}

function deviceCommand(name: string): Tool | undefined {
  return name === 'list' ? list : Object.hasOwn(DEVICE_COMMANDS, name) ? DEVICE_COMMANDS[name] : undefined;
}

const COMMANDS: Readonly<Record<string, Tool>> = {
  ...DEVICE_COMMANDS,
  list,
  version: (context) => {
    context.stdout('76.1\n');
    return 0;
  },
  help: (context, args) => {
    const [name = ''] = args;
    if (name === '') context.stdout(help());
    else {
      // In place of the manual page, which the real tool shows.
      const text = usageOf(context, deviceCommand(name));
      if (text === undefined) throw new NotModelled(`daxctl's manual page of \`${name}\` is not modelled`);
      context.stdout(text);
    }
    return 0;
  },
};

/** Runs `daxctl ARGS`; the exit status is the low byte of what the command returned. */
export const daxctl: Tool = (context, args) => {
  const [first, ...rest] = args;
  if (first === undefined) {
    context.stdout(help());
    return 1;
  }
  if (first === '--list-cmds') {
    context.stdout(`${NAMES.join('\n')}\n`);
    return 0;
  }
  const isFlag = first.startsWith('-') && !['--version', '--help', '-h', '-v'].includes(first);
  if (isFlag) {
    context.stderr(`Unknown option: ${first}\n\n Usage: ${USAGE}\n`);
    return 129;
  }
  const name = first === '-h' ? 'help' : first === '-v' ? 'version' : first.replace(/^--/, '');
  if (!NAMES.includes(name)) {
    context.stderr(`Unknown command: '${name}'\n`);
    return 1;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new NotModelled(`daxctl's command \`${name}\` is not modelled`);
  if (rest[0] === '--help') return (COMMANDS['help'] as Tool)(context, [name]);
  return runSubCommand(context, () => command(context, rest));
};
