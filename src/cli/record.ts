/** `memhp record`: plays a runbook on a real kernel and writes what it did. */

import type { Command } from 'commander';
import { record } from '../realkernel/record.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { assertWritable, writeFileAtomic } from './files.ts';
import { reportTrouble } from './missing-here.ts';
import { printDiagnostics, printErrors } from './output.ts';
import { progressOn } from './progress.ts';
import { kernelNames, kernelsFor, readRealRunbook, scenarioFor } from './real-kernel-input.ts';
import { colorOption, type ColorChoice } from './terminal.ts';

interface RecordOptions {
  readonly output?: string;
  readonly kernel?: string;
  readonly devices?: boolean;
  readonly color: ColorChoice;
}

const HELP = `Examples:
  memhp record my.runbook -o my-6.12.json
  memhp record my.runbook --kernel 6.1 -o my-6.1.json
  memhp replay my-6.1.json               the model against the recording
`;

export function registerRecord(program: Command): void {
  program
    .command('record')
    .description('Plays a runbook on a real kernel in QEMU and writes its log and state after every step, as JSON.')
    .argument('<runbook>', 'a runbook; - reads standard input')
    .option('-o, --output <file>', 'where to write; standard output when absent')
    .option('--kernel <name>', 'a kernel of `memhp kernels`; the runbook’s own when absent')
    .option('--devices', 'record the attributes of memory devices in sysfs and the memory totals too')
    .addOption(colorOption())
    .addHelpText('before', HELP)
    .addHelpText('after', '\nExit status: 0; 1 the guest failed; 2 bad input; 3 something is missing here.')
    .action(async (file: string, options: RecordOptions) => {
      process.exitCode = await recordCommand(file, options);
    });
}

async function recordCommand(file: string, options: RecordOptions): Promise<number> {
  const read = readRealRunbook(file);
  if ('diagnostics' in read) {
    printDiagnostics(read.diagnostics, options.color);
    return EXIT_USAGE;
  }
  const { runbook } = read;
  if (options.output !== undefined && options.output !== '-') {
    try {
      assertWritable(options.output);
    } catch (error) {
      return cannotWrite(options.output, error);
    }
  }
  const progress = progressOn(process.stderr);
  try {
    const [kernel, ...further] = kernelsFor(runbook, kernelNames(options.kernel));
    if (kernel === undefined || further.length > 0) {
      printErrors(['error: a recording is of one kernel: name one with --kernel']);
      return EXIT_USAGE;
    }
    progress.show(`booting ${kernel.release}`);
    const onStep = (step: number, of: number): void => progress.show(`${kernel.release}: step ${step} of ${of}`);
    const recording = await record(kernel, scenarioFor(runbook, kernel), { onStep, devices: options.devices === true });
    progress.clear();
    return write(`${JSON.stringify(recording, null, 1)}\n`, options.output);
  } catch (error) {
    progress.clear();
    return reportTrouble(error);
  }
}

function write(text: string, file = '-'): number {
  if (file === '-') {
    process.stdout.write(text);
    return EXIT_OK;
  }
  try {
    writeFileAtomic(file, text);
    return EXIT_OK;
  } catch (error) {
    return cannotWrite(file, error);
  }
}

function cannotWrite(file: string, error: unknown): number {
  printErrors([`error: cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`]);
  return EXIT_USAGE;
}
