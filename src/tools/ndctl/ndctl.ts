/** ndctl 76.1: its sub-commands, over the model's sysfs. */

import { NotModelled, type Tool } from '../tool.ts';
import { createNamespace } from './create-namespace.ts';
import { DIMM_COMMANDS, dimmCommand } from './dimm-command.ts';
import { readInfoblock, writeInfoblock } from './infoblock-command.ts';
import { list } from './list.ts';
import { namespaceCommand } from './namespace-command.ts';
import { regionCommand } from './region-command.ts';
import { Session } from './session.ts';
import { runSubCommand } from './sub-command.ts';

type SubCommand = (session: Session, args: readonly string[]) => number;

const VERSION = '76.1';

const COMMANDS: Readonly<Record<string, SubCommand>> = {
  'enable-namespace': namespaceCommand('enable'),
  'disable-namespace': namespaceCommand('disable'),
  'create-namespace': createNamespace,
  'destroy-namespace': namespaceCommand('destroy'),
  'read-infoblock': readInfoblock,
  'write-infoblock': writeInfoblock,
  'check-namespace': namespaceCommand('check'),
  'clear-errors': namespaceCommand('clear'),
  'enable-region': regionCommand('enable'),
  'disable-region': regionCommand('disable'),
  list,
  ...Object.fromEntries(Object.entries(DIMM_COMMANDS).map(([name, command]) => [name, dimmCommand(name, command)])),
};

/** All the real tool has, in the order of its `--list-cmds`. */
const ALL_COMMANDS = [
  'version', 'enable-namespace', 'disable-namespace', 'create-namespace', 'destroy-namespace', 'read-infoblock',
  'write-infoblock', 'check-namespace', 'clear-errors', 'enable-region', 'disable-region', 'enable-dimm',
  'disable-dimm', 'zero-labels', 'read-labels', 'write-labels', 'init-labels', 'check-labels', 'inject-error',
  'update-firmware', 'inject-smart', 'wait-scrub', 'activate-firmware', 'start-scrub', 'setup-passphrase',
  'update-passphrase', 'remove-passphrase', 'freeze-security', 'sanitize-dimm', 'load-keys', 'wait-overwrite', 'list',
  'monitor', 'help',
] as const;

const SHORT_USAGE = 'ndctl [--version] [--help] COMMAND [ARGS]';
const USAGE =
  `\n usage: ${SHORT_USAGE}\n\n\n` +
  " See 'ndctl help COMMAND' for more information on a specific command.\n" +
  ' ndctl --list-cmds to see all available commands\n\n';

export const ndctl: Tool = (context, args) => {
  const [name, ...rest] = args;
  if (name === undefined) {
    context.stdout(USAGE);
    return 1;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    context.stdout(`${VERSION}\n`);
    return 0;
  }
  if (name === '--list-cmds') {
    context.stdout(ALL_COMMANDS.map((command) => `${command}\n`).join(''));
    return 0;
  }
  if (name === '-h' || name === '--help' || name === 'help') {
    if (rest.length > 0) {
      throw new NotModelled('the manual pages of `ndctl help` are not modelled', undefined, 'use `-h`');
    }
    context.stdout(USAGE);
    return 0;
  }
  if (name.startsWith('-')) {
    context.stderr(`Unknown option: ${name}\n\n Usage: ${SHORT_USAGE}\n`);
    return 129;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return runSubCommand(context, () => command(new Session(context), rest));
  if ((ALL_COMMANDS as readonly string[]).includes(name)) {
    const help = `modelled are ${Object.keys(COMMANDS).join(', ')}`;
    throw new NotModelled(`\`ndctl ${name}\` is not modelled`, undefined, help);
  }
  context.stderr(`Unknown command: '${name}'\n`);
  return 1;
};
