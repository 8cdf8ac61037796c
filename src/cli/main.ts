#!/usr/bin/env node
/** The program: finds the sub-command, loads it, and turns whatever comes out into an exit status. */

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { COMMAND_GROUPS } from './commands.ts';
import { EXIT_BUG, EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { reportBug } from './report-bug.ts';
import { version } from './version.ts';

const SHORT_HELP = `memhp ${version()}: what Linux memory hotplug will do, before you type the command

  memhp demo                          play the embedded runbook
  memhp run FILE...                   play your own
  memhp run -c 'COMMAND' --on MACHINE one command, e.g. --on 6.12,memory=1G
  memhp shell                         type at a pretend machine
  memhp explain FILE                  what a kernel log or an error means
  memhp --help                        everything else
`;

const EXAMPLES_TEXT = `Examples:
  memhp demo
  memhp run -c 'cat /proc/iomem' --on 6.12,memory=1G
  memhp run --why examples/thread.md                 every check the kernel made
  dmesg | memhp explain                              what went wrong, and what to do
  memhp plan --on 6.12,memory=64G --want 'dimm 59G'  a layout that works
  memhp audit captured.tar.gz                        what that machine loses, and to what
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
    .addHelpText('before', EXAMPLES_TEXT)
    .showSuggestionAfterError(true)
    .exitOverride();

  const asked = args[0] === 'help' ? args[1] : args.find((word) => !word.startsWith('-'));
  for (const { heading, commands } of COMMAND_GROUPS) {
    program.commandsGroup(heading);
    for (const { name, summary, register } of commands) {
      if (name === asked) (await register())(program);
      else program.command(name, { hidden: false }).summary(summary).description(summary);
    }
  }
  program.helpCommand('help [command]', 'show help for a command');
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
