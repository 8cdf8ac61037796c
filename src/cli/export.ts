/** `memhp export`: a modelled machine's /proc and /sys as files that real tools can read. */

import type { Command } from 'commander';
import { modelFiles } from '../sysfs/model-files.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { EXPORT_SCHEMA, exportJson } from './export-json.ts';
import { exportTree, ExportError } from './export-tree.ts';
import { machineOfName, type ReadyMachine } from './machine-source.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { playCommands, playFile } from './play-files.ts';
import { colorOption, type ColorChoice } from './terminal.ts';

interface ExportOptions {
  readonly sysfs?: string;
  readonly on?: string;
  readonly command?: readonly string[];
  readonly kernel?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES_TEXT = `Examples:
  memhp export --sysfs /tmp/m --on 6.12,memory=1G      a machine after boot
  memhp export --sysfs /tmp/m examples/thread.md       after the commands of a runbook
  memhp export --sysfs /tmp/m --force --on 6.12,memory=1G \\
      -c 'echo offline > /sys/devices/system/memory/memory6/state'
  lsmem --sysroot /tmp/m                               what util-linux makes of it
`;

const MORE_TEXT = `
Written are DIR/proc and DIR/sys, as far as memhp models them: files with what a read gives, links, directories. All of
it or nothing. MACHINE is what \`memhp run --on\` takes.

Exit status: 0 written, 1 written after commands of which one failed or differed, 2 bad input, 64 written although
something depends on more than the map.`;

export function registerExport(program: Command): void {
  program
    .command('export')
    .summary("write a machine's /proc and /sys as files")
    .description("Writes a modelled machine's /proc and /sys into a folder, for tools that read real machines.")
    .argument('[runbook]', 'a runbook whose commands are played first; - reads standard input')
    .option('--sysfs <dir>', 'the folder to write')
    .option('--on <machine>', 'the machine, in place of the runbook’s own')
    .option(
      '-c, --command <line>',
      'play this command first (may be repeated)',
      (line: string, before: string[] = []) => [...before, line],
    )
    .option('--kernel <name>', 'another kernel than the machine’s own, e.g. 6.1')
    .option('--force', 'replace proc and sys in a folder that is not empty')
    .option('--json', `print one JSON document (schema ${EXPORT_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE_TEXT)
    .action(async (runbook: string | undefined, options: ExportOptions) => {
      process.exitCode = await runExport(runbook, options);
    });
}

function usage(message: string, help?: string): Diagnostic {
  return diagnostic('MHP0004', message, sourceText('command line', ''), undefined, { help });
}

function wrongUsage(runbook: string | undefined, options: ExportOptions): Diagnostic | undefined {
  if (options.sysfs === undefined || options.sysfs === '')
    return usage('it is not said where to write', 'write --sysfs DIR');
  if (runbook !== undefined && options.command !== undefined) {
    return usage('-c and a runbook exclude each other', `to use the machine of the runbook, write --on ${runbook}`);
  }
  if (runbook === undefined && options.on === undefined) {
    return usage('there is no machine to export', 'name a runbook, or write --on 6.12,memory=1G');
  }
  if (options.command?.some((line) => line.trim() === '') === true) return usage('a command given with -c is empty');
  return undefined;
}

interface Prepared {
  readonly ready: ReadyMachine | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly status: number;
}

/** The machine as the commands leave it. */
async function prepare(runbook: string | undefined, options: ExportOptions): Promise<Prepared> {
  if (runbook !== undefined) return playFile(runbook, options);
  if (options.command !== undefined) return playCommands(options.command, options);
  const found = await machineOfName(options.on as string, options.kernel);
  if ('diagnostics' in found) return { ready: undefined, diagnostics: found.diagnostics, status: EXIT_USAGE };
  return { ready: found.ready, diagnostics: [], status: EXIT_OK };
}

/** Plays what is to be played, writes, says what was written; returns the exit status. */
export async function runExport(runbook: string | undefined, options: ExportOptions): Promise<number> {
  const complaint = wrongUsage(runbook, options);
  if (complaint !== undefined) {
    printDiagnostics([complaint], options.color);
    return EXIT_USAGE;
  }
  const { ready, diagnostics, status } = await prepare(runbook, options);
  printDiagnostics(diagnostics, options.color);
  // What could not be played would be missing from what is written.
  if (ready === undefined || status === EXIT_USAGE) return EXIT_USAGE;
  const folder = options.sysfs as string;
  try {
    const count = exportTree(modelFiles(ready.machine), folder, options.force === true);
    if (options.json === true) printJson(exportJson(folder, count));
    else {
      printLines([
        `wrote ${count.files} files, ${count.links} links and ${count.directories} directories below ${folder}`,
      ]);
      printErrors([`read them with: lsmem --sysroot ${folder}`]);
    }
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    const trouble = diagnostic('MHP0005', error.message, sourceText(folder, ''), undefined, { help: error.help });
    printDiagnostics([trouble], options.color);
    return EXIT_USAGE;
  }
  return status;
}
