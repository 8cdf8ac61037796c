/** `memhp shell`: a pretend machine at a prompt. */

import { Option, type Command } from 'commander';
import { EXIT_USAGE } from './exit-status.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { runJson } from './run-json.ts';
import { headOfShell } from './shell-head.ts';
import { ShellLoop, type ShellOutlet } from './shell-loop.ts';
import { DEFAULT_MACHINE, playedOf, startShell } from './shell-machine.ts';
import { readPipe } from './shell-pipe.ts';
import { typeAtPrompt } from './shell-prompt.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface ShellOptions {
  readonly on?: string;
  readonly kernel?: string;
  readonly history: boolean;
  readonly json?: boolean;
  readonly map: 'changes' | 'none';
  readonly color: ColorChoice;
}

const EXAMPLES_TEXT = `Examples:
  memhp shell
  memhp shell --on 6.12,memory=2G,slots=4,maxmem=8G
  memhp shell my.runbook                    plays it, and goes on from its end
  memhp shell --on captured.tar.gz --kernel 6.1
  echo 'lsmem' | memhp shell --on thread
  memhp shell --json --on thread < lines.txt
`;

const MORE_TEXT = `
Without a machine: ${DEFAULT_MACHINE}.
MACHINE is a runbook (its front matter), a captured machine, a description, or the name of an example.
What commands print goes to standard output; kernel log, reasons and changes of the map to standard error.

Exit status: that of the last command; 2 for a line memhp does not understand or model.`;

export function registerShell(program: Command): void {
  program
    .command('shell')
    .summary('a pretend machine at a prompt')
    .description('Types at a modelled machine line by line, shows what each did to its memory, and takes back what should not have been.')
    .argument('[runbook]', 'a runbook to play first')
    .option('--on <machine>', 'the machine to type at')
    .option('--kernel <name>', 'another kernel than the machine’s own, e.g. 6.1')
    .addOption(new Option('--map <which>', 'what is drawn of the map after a command').choices(['changes', 'none']).default('changes'))
    .option('--json', 'print nothing but, at the end, one JSON document (schema memhp/run/1)')
    .option('--no-history', 'neither read nor write the history of typed lines')
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE_TEXT)
    .action(async (runbook: string | undefined, options: ShellOptions) => {
      process.exitCode = await shell(runbook, options);
    });
}

/** Runs until the input ends; returns the status of the last command. */
async function shell(runbook: string | undefined, options: ShellOptions): Promise<number> {
  const { start, diagnostics } = await startShell(runbook, options);
  if (diagnostics.length > 0) printDiagnostics(diagnostics, options.color);
  if (start === undefined) return EXIT_USAGE;
  const loop = new ShellLoop(start, outlet(options), options.map === 'changes');
  const before = pictureOfKernel(start.session.machine.kernel);
  if (options.json === true) {
    await readPipe(loop);
    printJson(runJson([playedOf(start, before, loop)], loop.status));
  } else if (process.stdin.isTTY === true && process.stdout.isTTY === true) {
    printErrors(headOfShell(start, terminalOf(process.stderr, options.color)));
    await typeAtPrompt(loop, { history: options.history, color: options.color });
  } else {
    await readPipe(loop);
  }
  return loop.status;
}

function outlet({ color, json }: ShellOptions): ShellOutlet {
  if (json === true) {
    const terminal = terminalOf(process.stdout, 'never');
    const quiet = (): void => undefined;
    return { terminal, out: quiet, aside: quiet, complain: (diagnostics) => printDiagnostics(diagnostics, color) };
  }
  return {
    // Windows change their width.
    get terminal() {
      return terminalOf(process.stdout, color);
    },
    out: printLines,
    aside: printErrors,
    complain: (diagnostics) => printDiagnostics(diagnostics, color),
  };
}
