/** `memhp audit`: what is lost, where, to which mechanism, and what would change it. */

import { availableParallelism } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { auditCapture } from '../advise/audit/audit.ts';
import { profileNameFor } from '../capture/captured-profile.ts';
import type { CapturedResource } from '../capture/captured-machine.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { parseSize64 } from '../tools/ndctl/size.ts';
import { AUDIT_FLEET_SCHEMA, AUDIT_SCHEMA, auditJson, csvHead, csvRow, fleetJson } from './audit-document.ts';
import { fleetRows, isFleetFolder, subjectsIn } from './audit-fleet.ts';
import { machineOfRanges, parseRange } from './audit-range.ts';
import { auditSubject, overridden, type Audited, type SubjectOptions } from './audit-subject.ts';
import { fleetTable } from './audit-table.ts';
import { auditLines } from './audit-text.ts';
import { EXIT_BUG, EXIT_OK, EXIT_PARTLY, EXIT_USAGE } from './exit-status.ts';
import { printDiagnostics, printJson, printLines } from './output.ts';
import { progressOn } from './progress.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

const EXAMPLES = `Examples:
  memhp audit                                       this host (as root, or addresses are hidden)
  memhp audit examples/kmem-rounding.md             a runbook, played to its end
  memhp audit 6.12,memory=2G,cmdline=memmap=512M!1030M
  memhp audit --range c050000000-fcefffffff:'CXL Window 0' --block-size 2G
  memhp audit --range 240400000-33fdfffff --arch arm64 --block-size 1G
  memhp audit captures/ --csv > fleet.csv           a folder of captures, one row for each
`;

const MORE = `
Every byte of a device is used, idle (nobody uses it, but somebody could) or lost, each under one
heading; the sums are exact. A range that nobody maps is idle as far as whole memory blocks hold it.

MACHINE is a runbook, a captured machine (as \`memhp inspect\` reads them), a description as \`--on\`
takes it, or an example's name. Several machines, or a folder of captures, make a table.

Exit status: 0 done, 2 nothing could be read, 64 some of the machines could not be read.`;

interface Flags {
  readonly range?: readonly CapturedResource[];
  readonly kernel?: string;
  readonly arch?: string;
  readonly blockSize?: number;
  readonly alternatives: boolean;
  readonly all?: boolean;
  readonly table?: boolean;
  readonly csv?: boolean;
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly jobs?: number;
  readonly color: ColorChoice;
}

export function registerAudit(program: Command): void {
  program
    .command('audit')
    .summary('what memory is lost, where, to what, and what would change it')
    .description('Accounts for every byte of a machine: what is used, idle, and lost to which mechanism.')
    .argument('[machine...]', 'machines; folders of captures are opened; this host when there are none')
    .option('--range <range>', 'START-END or START+SIZE in hexadecimal, :NAME behind (may be repeated)', collectRanges)
    .option('--block-size <size>', 'take this memory block size, e.g. 2G', parseBlockSize)
    .option('--kernel <name>', 'another kernel than the machine’s own, e.g. 6.1', parseKernel)
    .option('--arch <name>', 'architecture of a capture, when nothing tells it', parseArch)
    .option('--no-alternatives', 'only as it is')
    .option('--all', 'fold nothing')
    .option('--table', 'a table with one row for each machine, also for one')
    .option('--csv', 'the table as CSV, sizes in bytes')
    .option('--jsonl', `the table as JSON lines (schema ${AUDIT_FLEET_SCHEMA})`)
    .option('--json', `one JSON document (schema ${AUDIT_SCHEMA})`)
    .option('--jobs <n>', 'threads for many machines; one for each core when not given', parseJobs)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action(async (names: string[], flags: Flags) => {
      process.exitCode = await audit(names, flags);
    });
}

/** Audits, prints, and returns the exit status. */
export async function audit(names: readonly string[], flags: Flags): Promise<number> {
  const { kernel, arch, blockSize: blockSizeBytes, alternatives } = flags;
  const options: SubjectOptions = { kernel, arch, blockSizeBytes, alternatives };
  const asksTable = flags.table === true || flags.csv === true || flags.jsonl === true;
  const many = flags.json !== true && (names.length > 1 || names.some(isFleetFolder));
  if (asksTable || many) return fleet(names, options, flags);
  const found: Audited[] = [];
  if (flags.range !== undefined) {
    found.push({ audits: [auditCapture(overridden(machineOfRanges(flags.range), options), options)] });
  }
  const subjects = names.length > 0 ? [...subjectsIn(names)] : flags.range === undefined ? [undefined] : [];
  for (const name of subjects) found.push(await auditSubject(name, options));
  const audits = found.flatMap((one) => ('audits' in one ? one.audits : []));
  if (flags.json === true) printJson(auditJson(audits));
  else {
    const terminal = terminalOf(process.stdout, flags.color);
    audits.forEach((one, index) => {
      printLines([...(index > 0 ? [''] : []), ...auditLines(one, { terminal, all: flags.all === true })]);
    });
  }
  const diagnostics = found.flatMap((one) => ('diagnostics' in one ? one.diagnostics : []));
  printDiagnostics(diagnostics, flags.color);
  return diagnostics.length === 0 ? EXIT_OK : audits.length > 0 ? EXIT_PARTLY : EXIT_USAGE;
}

async function fleet(names: readonly string[], options: SubjectOptions, flags: Flags): Promise<number> {
  const progress = progressOn(process.stderr);
  const table = fleetTable(terminalOf(process.stdout, flags.color));
  const counts = { read: 0, failed: 0, faults: 0 };
  if (flags.csv === true) printLines([csvHead()]);
  else if (flags.jsonl !== true) printLines(table.head());
  for await (const row of fleetRows(subjectsIn(names), options, flags.jobs ?? availableParallelism())) {
    if ('error' in row) counts.failed++;
    else counts.read++;
    if ('error' in row && row.isFault) counts.faults++;
    const written = process.stdout.write(`${lineOf(row, flags, table)}\n`);
    // A slow reader holds the work up, not the memory.
    if (!written) await new Promise((resolve) => process.stdout.once('drain', resolve));
    progress.show(`${counts.read + counts.failed} machines`);
  }
  progress.clear();
  if (flags.csv !== true && flags.jsonl !== true) printLines(table.foot());
  if (counts.faults > 0) return EXIT_BUG;
  return counts.failed === 0 ? EXIT_OK : counts.read > 0 ? EXIT_PARTLY : EXIT_USAGE;
}

function lineOf(row: Parameters<typeof csvRow>[0], flags: Flags, table: ReturnType<typeof fleetTable>): string {
  if (flags.csv === true) return csvRow(row);
  if (flags.jsonl === true) return JSON.stringify(fleetJson(row));
  return table.row(row);
}

function collectRanges(text: string, before: readonly CapturedResource[] = []): readonly CapturedResource[] {
  const range = parseRange(text);
  if (range === undefined) {
    throw new InvalidArgumentError(
      'It is START-END or START+SIZE, addresses in hexadecimal, and behind a colon a name as in /proc/iomem: ' +
        "3ff010000000+512M, 'c050000000-fcefffffff:CXL Window 0'.",
    );
  }
  return [...before, range];
}

function parseBlockSize(text: string): number {
  const bytes = parseSize64(text)?.bytes ?? 0;
  const isPower = bytes >= 2 ** 20 && bytes <= 2 ** 40 && Number.isInteger(Math.log2(bytes));
  if (!isPower) throw new InvalidArgumentError('It is a power of two from 1M to 1T, e.g. 128M or 2G.');
  return bytes;
}

function parseKernel(name: string): string {
  if (profileNameFor(name) === undefined) throw new InvalidArgumentError('It is a release such as 6.12.');
  return name;
}

function parseArch(name: string): string {
  if (!Object.hasOwn(ARCHITECTURES, name)) throw new InvalidArgumentError(`It is one of ${Object.keys(ARCHITECTURES).join(', ')}.`);
  return name;
}

function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256) throw new InvalidArgumentError('It is a number from 1 to 256.');
  return jobs;
}
