/** `memhp inspect`: what a real machine's memory looks like, below what lsmem shows. */

import { InvalidArgumentError, type Command } from 'commander';
import { assembleMachines, type NamedPart } from '../capture/assemble.ts';
import { CaptureError, errorLines } from '../capture/capture-error.ts';
import { profileNameFor } from '../capture/captured-profile.ts';
import { reportOf, type MachineReport } from '../capture/inspect-report.ts';
import type { MachineLayout } from '../capture/machine-layout.ts';
import { readHost, readSource } from '../capture/read-source.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { renderMap } from '../view/map.ts';
import { EXIT_OK, EXIT_PARTLY } from './exit-status.ts';
import { INSPECT_SCHEMA } from './inspect-document.ts';
import { inspectJson } from './inspect-json.ts';
import { pictureOfLayout } from './inspect-picture.ts';
import { inspectLines } from './inspect-text.ts';
import { printErrors, printJson, printLines } from './output.ts';
import { colorChoice, colorOption, terminalOf } from './terminal.ts';

/** What may be said about a machine that its sources do not say. */
export interface InspectOptions {
  /** Kernel release to read the machine by, over what was recorded. */
  readonly kernel?: string;
  /** Architecture, over what was recorded. */
  readonly arch?: string;
}

/** What was found in the sources: machines, and the sources that could not be read. */
export interface InspectReport {
  readonly machines: readonly { readonly report: MachineReport; readonly layout: MachineLayout }[];
  /** Sources of which nothing could be used. */
  readonly errors: readonly CaptureError[];
  readonly exitStatus: number;
}

/** Reads sources, this host when there are none, and reports on each machine found in them. */
export function inspect(sources: readonly string[], options: InspectOptions = {}): InspectReport {
  const parts: NamedPart[] = [];
  const errors: CaptureError[] = [];
  for (const source of sources.length === 0 ? [undefined] : sources) {
    try {
      parts.push(...(source === undefined ? readHost() : readSource(source)).parts);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      errors.push(error);
    }
  }
  const machines = assembleMachines(parts).map((machine) =>
    reportOf({
      ...machine,
      ...(options.kernel === undefined ? {} : { kernelRelease: options.kernel }),
      ...(options.arch === undefined ? {} : { arch: options.arch }),
    }),
  );
  const failed =
    errors.length === 0 ? EXIT_OK : machines.length > 0 ? EXIT_PARTLY : (errors[0] as CaptureError).exitStatus;
  return { machines, errors, exitStatus: failed };
}

const EXAMPLES = `Examples:
  memhp inspect                              this host (as root, or addresses are hidden)
  memhp inspect iomem.txt                    a copy of /proc/iomem, clean or from a mail
  memhp inspect sosreport.tar.bz2            an archive with /sys or /proc in it
  memhp inspect iomem.txt sysfs.tar.gz       both, of one machine
`;

interface Flags {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly kernel?: string;
  readonly arch?: string;
}

export function registerInspect(program: Command): void {
  const command = program
    .command('inspect')
    .summary("show a real machine's memory: map, blocks, zones, what is odd, what is not known")
    .description(
      'Reads a machine and shows its map, blocks, zones and totals, what follows below block ' +
        'granularity, and what is not known. Sources: a /proc/iomem text, a /sys tree (folder, tar, ' +
        'tar.gz, tar.bz2), a boot log, lsmem, numactl --hardware, ndctl, daxctl or cxl JSON; - is ' +
        'standard input. Sources that add to each other are one machine.',
    )
    .argument('[source...]', 'files, folders or archives; this host when there are none')
    .option('--kernel <release>', 'read the machine by this kernel, whatever was recorded', parseKernel)
    .option('--arch <name>', 'architecture, when nothing tells it', parseArch)
    .option('--all', 'fold nothing')
    .option('--json', `print one JSON document (schema ${INSPECT_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES);
  command.action((sources: string[], flags: Flags) => {
    const { machines, errors, exitStatus } = inspect(sources, flags);
    const terminal = terminalOf(process.stdout, colorChoice(command));
    if (flags.json === true)
      printJson(
        inspectJson(
          machines.map(({ report }) => report),
          errors,
        ),
      );
    machines.forEach(({ report, layout }, index) => {
      if (flags.json === true) return;
      if (index > 0) printLines(['']);
      const picture = pictureOfLayout(layout);
      const rows = flags.all === true ? 10_000 : 40;
      const map = picture === undefined ? [] : renderMap(picture, { ...terminal, maxRows: rows });
      printLines(inspectLines(report, map, { terminal, all: flags.all === true }));
    });
    for (const error of errors) printErrors(errorLines(error));
    process.exitCode = exitStatus;
  });
}

function parseKernel(release: string): string {
  if (profileNameFor(release) === undefined)
    throw new InvalidArgumentError('It is a release such as 6.12 or 6.1.0-54-amd64.');
  return release;
}

function parseArch(name: string): string {
  if (!Object.hasOwn(ARCHITECTURES, name))
    throw new InvalidArgumentError(`It is one of ${Object.keys(ARCHITECTURES).join(', ')}.`);
  return name;
}
