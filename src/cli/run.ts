/** `memhp run`: plays runbooks, or single commands on a machine. */

import { Option, type Command } from 'commander';
import type { Diagnostic } from '../runbook/diagnostic.ts';
import { diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import { updateRunbook } from '../runbook/update.ts';
import { EXIT_USAGE } from './exit-status.ts';
import { writeFileAtomic } from './files.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { playCommands, playFile, type PlayedRunbook } from './play-files.ts';
import type { MapChoice } from './render-maps.ts';
import { renderRun } from './render-run.ts';
import { MapWatch, reportOf, writeReports } from './report.ts';
import { runJson } from './run-json.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface RunOptions {
  readonly command?: readonly string[];
  readonly on?: string;
  readonly kernel?: string;
  readonly update?: boolean;
  readonly exact?: boolean;
  readonly why?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly svg?: string;
  readonly map: MapChoice;
  readonly color: ColorChoice;
}

const EXAMPLES_TEXT = `Examples:
  memhp run examples/thread.md
  memhp run -c 'modprobe nd_e820' -c 'modprobe nd_pmem' --on thread
  memhp run -c 'echo offline > /sys/devices/system/memory/memory6/state' --on 6.12,memory=1G
  memhp run --kernel 6.1 examples/*.md
  memhp run --why --on dimm -c 'echo offline > /sys/devices/system/memory/memory0/state'
  memhp run --update my.runbook
  memhp run --html report.html --svg report.svg my.runbook
`;

const MORE_TEXT = `
MACHINE is a runbook (its front matter), a captured machine, a description such as
6.12,memory=1G,slots=4,maxmem=8G,cmdline=memmap=64M!0x32000000, or the name of an example.
A command is typed in the machine's shell; begin it with '(qemu) ' to type it at the monitor.

Exit status: 0 all as expected, 1 a command failed or differed, 2 bad input or not modelled,
64 what is known holds but something depends on more than the map.`;

export function registerRun(program: Command): void {
  program
    .command('run')
    .summary('play runbooks, or single commands on a machine')
    .description('Plays commands on a modelled machine and says what the kernel does with each.')
    .argument('[files...]', 'runbooks; - reads standard input')
    .option('-c, --command <line>', 'play this command (may be repeated)', (line: string, before: string[] = []) => [
      ...before,
      line,
    ])
    .option('--on <machine>', 'the machine to play on, in place of the runbook’s own')
    .option('--kernel <name>', 'another kernel than the machine’s own, e.g. 6.1')
    .option('--update', 'write what the model answers into the runbooks')
    .option('--exact', 'a command without expected lines must print nothing')
    .option('--why', 'list every check behind each command, and every request that would work')
    .option('--json', 'print one JSON document (schema memhp/run/1)')
    .option('--html <file>', 'write the run as one page; - is standard output')
    .option('--svg <file>', 'write the run as one picture')
    .addOption(new Option('--map <which>', 'maps drawn').choices(['both', 'changes', 'none']).default('both'))
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE_TEXT)
    .action(async (files: string[], options: RunOptions) => {
      process.exitCode = await run(files, options);
    });
}

/** Plays, prints, updates; returns the exit status. */
export async function run(files: readonly string[], options: RunOptions): Promise<number> {
  const complaint = usage(files, options);
  if (complaint !== undefined) {
    printDiagnostics([complaint], options.color);
    return EXIT_USAGE;
  }
  const played: PlayedRunbook[] = [];
  const watch = options.html === undefined && options.svg === undefined ? undefined : new MapWatch();
  const playing = { ...options, watch };
  if (options.command !== undefined) played.push(await playCommands(options.command, playing));
  for (const file of files) {
    const one = await playFile(file, playing);
    played.push(options.update === true ? update(file, one) : one);
  }
  const unwritten = watch === undefined ? [] : writeReports(played.flatMap((one) => reportOf(one, watch) ?? []), options);
  const status = overallStatus([...played.map((one) => one.status), ...(unwritten.length > 0 ? [EXIT_USAGE] : [])]);
  if (options.json === true) printJson(runJson(played, status, options.why === true));
  // A page on standard output stands alone.
  else if (options.html !== '-' && options.svg !== '-') played.forEach((one, index) => printRun(one, options, index > 0));
  const diagnostics = [...played.flatMap((one) => one.diagnostics), ...unwritten];
  if (diagnostics.length > 0) {
    // Apart from the results, where both go to one terminal.
    if (played.some((one) => one.result !== undefined)) printErrors(['']);
    printDiagnostics(diagnostics, options.color);
  }
  return status;
}

function usage(files: readonly string[], options: RunOptions): Diagnostic | undefined {
  const complain = (message: string, help: string): Diagnostic =>
    diagnostic('MHP0004', message, sourceText('command line', ''), undefined, { help });
  const typed = options.command ?? [];
  if (typed.length === 0 && files.length === 0) {
    return complain(
      'there is nothing to play',
      "name a runbook, or write -c 'COMMAND' --on MACHINE; `memhp demo` plays the embedded one",
    );
  }
  if (typed.length > 0 && files.length > 0) {
    return complain('-c and files exclude each other', `to use the machine of a runbook, write --on ${files[0]}`);
  }
  if (typed.length > 0 && options.on === undefined) {
    return complain('-c needs a machine', 'write --on 6.12,memory=1G, --on FILE, or --on with the name of an example');
  }
  if (typed.some((line) => line.trim() === ''))
    return complain('a command given with -c is empty', "write -c 'COMMAND'");
  const streams = [options.html === '-', options.svg === '-', options.json === true].filter(Boolean).length;
  if (streams > 1) return complain('only one document can go to standard output', 'name a file for the others');
  if (typed.length > 0 && options.update === true) return complain('--update needs runbook files', 'remove --update');
  if (options.update === true && files.includes('-')) {
    return complain('--update cannot write to standard input', 'name the file');
  }
  return undefined;
}

/** Writes the model's answers into the file; what was unexpected before is expected now. */
function update(file: string, played: PlayedRunbook): PlayedRunbook {
  if (played.result === undefined || played.text === undefined || played.status === EXIT_USAGE) return played;
  const text = updateRunbook(played.text, played.result);
  const updated = text !== played.text;
  if (updated) {
    try {
      writeFileAtomic(file, text);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      const trouble = diagnostic('MHP0001', `cannot write ${file}: ${code}`, sourceText(file, ''), undefined, {
        help: 'the file is as it was',
      });
      return { ...played, status: EXIT_USAGE, updated: false, diagnostics: [...played.diagnostics, trouble] };
    }
  }
  return { ...played, updated, status: played.status === 1 ? 0 : played.status };
}

function printRun(played: PlayedRunbook, options: RunOptions, another: boolean): void {
  if (another) printLines(['']);
  if (played.ready !== undefined) {
    printLines(renderRun(played, { terminal: terminalOf(process.stdout, options.color), maps: options.map, why: options.why }));
  }
  if (played.updated !== undefined) {
    printErrors([played.updated ? `updated ${played.name}` : `${played.name} is as it should be`]);
  }
}

/** Bad input outweighs a failure, a failure what is open. */
export function overallStatus(statuses: readonly number[]): number {
  return [2, 1, 64].find((status) => statuses.includes(status)) ?? 0;
}
