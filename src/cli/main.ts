#!/usr/bin/env node
/** The program: finds the sub-command, loads it, and turns whatever comes out into an exit status. */

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { SUB_COMMANDS } from './commands.ts';
import { EXIT_BUG, EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { reportBug } from './report-bug.ts';
import { version } from './version.ts';

const SHORT_HELP = `memhp ${version()}: what Linux memory hotplug will do, before you type the command

  memhp demo                          play the embedded runbook
  memhp run FILE...                   play your own
  memhp run -c 'COMMAND' --on MACHINE one command, e.g. --on 6.12,memory=1G
  memhp --help                        everything else
`;

const EXAMPLES_TEXT = `Examples:
  memhp demo
  memhp run examples/thread.md
  memhp run -c 'echo offline > /sys/devices/system/memory/memory6/state' --on 6.12,memory=1G
`;

/** Runs the program on its arguments; returns nothing, sets `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) {
    process.stdout.write(SHORT_HELP);
    return;
  }
  const program = new Command('memhp')
    .description('A flight simulator for Linux memory hotplug.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help; after a command, help for it')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('before', EXAMPLES_TEXT)
    .showSuggestionAfterError(true)
    .exitOverride();

  const asked = args[0] === 'help' ? args[1] : args.find((word) => !word.startsWith('-'));
  for (const sub of SUB_COMMANDS) {
    if (sub.name === asked) (await sub.register())(program);
    else program.command(sub.name, { hidden: false }).summary(sub.summary).description(sub.summary);
  }
  for (const command of program.commands) {
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .showHelpAfterError(`(memhp ${command.name()} --help shows what it takes)`);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    else process.exitCode = reportBug(error, args);
  }
}

/** A reader that leaves early (`| head`) is no error. */
function quietOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? (process.exitCode ?? EXIT_OK) : EXIT_BUG);
    });
  }
}

function isEntry(): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url);
}

if (isEntry()) {
  quietOnClosedPipe();
  process.on('uncaughtException', (error) => {
    process.exit(reportBug(error, process.argv.slice(2)));
  });
  await main(process.argv.slice(2));
}
