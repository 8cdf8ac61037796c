/** cxl 76.1, over the model's /sys: what is listed, and regions of persistent memory. */

import { UsageExit } from '../ndctl/parse-options.ts';
import { NotModelled, type Tool, type ToolContext } from '../tool.ts';
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

/** The usage text of a command that is modelled. */
function usageOf(context: ToolContext, name: string): string | undefined {
  const command = Object.hasOwn(DEVICE_COMMANDS, name) ? DEVICE_COMMANDS[name] : undefined;
  try {
    command?.(context, ['-h']);
  } catch (exit) {
    if (exit instanceof UsageExit) return exit.text;
    throw exit;
  }
  return undefined;
}

const showHelp: Tool = (context, [name]) => {
  // In place of the manual page, which the real tool shows.
  const text = name === undefined ? help() : usageOf(context, name);
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
  const command = Object.hasOwn(DEVICE_COMMANDS, name) ? DEVICE_COMMANDS[name] : undefined;
  if (command === undefined) throw new NotModelled(`cxl's command \`${name}\` is not modelled`);
  try {
    return ((command(context, rest) % 256) + 256) % 256;
  } catch (exit) {
    if (!(exit instanceof UsageExit)) throw exit;
    if (exit.status === 130) context.stdout(exit.text);
    else context.stderr(exit.text);
    return exit.status;
  }
};
