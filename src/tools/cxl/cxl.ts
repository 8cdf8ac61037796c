/** cxl 76.1, over the model's /sys: what is listed, and regions of persistent memory. */

import { runSubCommand, usageOf } from '../ndctl/sub-command.ts';
import { NotModelled, type Tool } from '../tool.ts';
import { list } from './list.ts';
import { createRegionCommand, destroyRegionCommand, disableRegionCommand, enableRegionCommand } from './region-commands.ts';

const USAGE = 'cxl [--version] [--help] COMMAND [ARGS]';

/** In the order `--list-cmds` has them. */
const NAMES: readonly string[] = [
  'version', 'list', 'help', 'zero-labels', 'read-labels', 'write-labels', 'disable-memdev', 'enable-memdev', 'reserve-dpa',
  'free-dpa', 'disable-port', 'enable-port', 'set-partition', 'disable-bus', 'create-region', 'enable-region',
  'disable-region', 'destroy-region', 'monitor',
];

const DEVICE_COMMANDS: Readonly<Record<string, Tool>> = {
  list,
  'create-region': createRegionCommand,
  'enable-region': enableRegionCommand,
  'disable-region': disableRegionCommand,
  'destroy-region': destroyRegionCommand,
};

function help(): string {
  return (
    `\n usage: ${USAGE}\n\n` +
    "\n See 'cxl help COMMAND' for more information on a specific command.\n" +
    ' cxl --list-cmds to see all available commands\n\n'
  );
}

function commandOf(name: string): Tool | undefined {
  return Object.hasOwn(DEVICE_COMMANDS, name) ? DEVICE_COMMANDS[name] : undefined;
}

const showHelp: Tool = (context, [name]) => {
  // In place of the manual page, which the real tool shows.
  const text = name === undefined ? help() : usageOf(context, commandOf(name));
  if (text === undefined) throw new NotModelled(`cxl's manual page of \`${name ?? ''}\` is not modelled`);
  context.stdout(text);
  return 0;
};

/** Runs `cxl ARGS`; the exit status is the low byte of what the command returned. */
export const cxl: Tool = (context, args) => {
  const [first, ...rest] = args;
  if (first === undefined) {
    context.stdout(help());
    return 1;
  }
  if (first === '--list-cmds') {
    context.stdout(`${NAMES.join('\n')}\n`);
    return 0;
  }
  if (first.startsWith('-') && !['--version', '--help', '-h', '-v'].includes(first)) {
    context.stderr(`Unknown option: ${first}\n\n Usage: ${USAGE}\n`);
    return 129;
  }
  const name = first === '-h' ? 'help' : first === '-v' ? 'version' : first.replace(/^--/, '');
  if (!NAMES.includes(name)) {
    context.stderr(`Unknown command: '${name}'\n`);
    return 1;
  }
  if (name === 'version') {
    context.stdout('76.1\n');
    return 0;
  }
  if (name === 'help') return showHelp(context, rest);
  if (rest[0] === '--help') return showHelp(context, [name]);
  const command = commandOf(name);
  if (command === undefined) throw new NotModelled(`cxl's command \`${name}\` is not modelled`);
  return runSubCommand(context, () => command(context, rest));
};
