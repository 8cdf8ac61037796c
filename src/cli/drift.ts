/** `memhp drift`: what survives when firmware or hardware is different at the next boot. */

import { InvalidArgumentError, type Command } from 'commander';
import { driftOf, prepareDrift, sweepDrift, withInfoBlockMinor, type Prepared } from '../advise/drift/drift.ts';
import { DriftStepError, rebootChangeOf, type DriftStep } from '../advise/drift/move.ts';
import { MachineDescriptionError, type MachineDescription } from '../drivers/machine-description.ts';
import type { RebootChange } from '../drivers/reboot.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { looksLikeRunbook, parseRunbook } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { shellWords } from '../runbook/shell-words.ts';
import { sourceText } from '../runbook/source-text.ts';
import { bootOfPoint, DRIFT_SCHEMA, driftJson, type BootRecord } from './drift-document.ts';
import { changeBetween, parseMove, parseSweep, shiftsOf, stepOf, SWEEP_LIMIT, type MoveWord, type Sweep } from './drift-input.ts';
import { driftLines, sweepLines, versionLines } from './drift-text.ts';
import { EXIT_DIFFERS, EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { exists, readTextFile } from './files.ts';
import { machineOfHeader, machineOfName } from './machine-source.ts';
import { printDiagnostics, printJson, printLines } from './output.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

const EXAMPLES_TEXT = `Examples:
  memhp drift my.runbook --move '#0:+64M'                    the first memmap=SIZE!START, 64 MiB higher
  memhp drift my.runbook --move '#0:+64M' --kernel 5.0       the same before sub-sections
  memhp drift my.runbook --move '#0' --sweep -64M..64M:2M    for which shifts does it survive?
  memhp drift my.runbook --drop nm0                          a DIMM fails: those behind it move
  memhp drift my.runbook --move '#0:+64M' --info-block all   info blocks of every version
  memhp drift before.runbook after.runbook                   two machines, the same media
`;

const MORE = `
BEFORE is a runbook, a description as \`--on\` takes it, or an example's name; it is played, then
booted again with what it wrote to persistent memory. Commands that configure a running system
(modprobe, daxctl, chmem, writes to /sys) are typed again after the boot.

Exit status: 0 every namespace survives, 1 one does not (of a sweep: at no shift), 2 bad input.`;

interface Flags {
  readonly move?: readonly MoveWord[];
  readonly drop?: readonly string[];
  readonly insert?: readonly string[];
  readonly sweep?: Sweep;
  readonly kernel?: string;
  readonly nextKernel?: string;
  readonly infoBlock?: readonly number[];
  readonly json?: boolean;
  readonly color: ColorChoice;
}

export function registerDrift(program: Command): void {
  program
    .command('drift')
    .summary('what survives when ranges move, go or come between two boots')
    .description('Boots a machine again with ranges elsewhere, and says which namespaces and blocks survive, and why.')
    .argument('<before>', 'the machine, with what is typed at it')
    .argument('[after]', 'the machine it is after the boot')
    .option('--move <what>', 'RANGE:SHIFT or RANGE:ADDRESS; a range is a memmap= word, its start, or #N', collectMoves)
    .option('--drop <what>', 'take a range away, or a device by its id', collect)
    .option('--insert <words>', 'add words to the command line (memmap=…), or arguments (-device …)', collect)
    .option('--sweep <from..to:step>', 'the --move without a shift, by each of these', parseSweepOption)
    .option('--kernel <name>', 'another kernel than the machine’s own, for both boots')
    .option('--next-kernel <name>', 'another kernel at the second boot')
    .option('--info-block <versions>', 'as if info blocks were of these versions: 1.0,1.2 or all', parseVersions)
    .option('--json', `print one JSON document (schema ${DRIFT_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE)
    .action(async (before: string, after: string | undefined, flags: Flags) => {
      process.exitCode = await drift(before, after, flags);
    });
}

interface Subject {
  readonly name: string;
  readonly book: Runbook;
  readonly description: MachineDescription;
}

/** Plays, boots again, prints, and returns the exit status. */
export async function drift(before: string, after: string | undefined, flags: Flags): Promise<number> {
  const complain = (diagnostics: readonly Diagnostic[]): number => {
    printDiagnostics(diagnostics, flags.color);
    return EXIT_USAGE;
  };
  const subject = await subjectOf(before, flags.kernel);
  if ('diagnostics' in subject) return complain(subject.diagnostics);
  const next = after === undefined ? undefined : await subjectOf(after, flags.nextKernel);
  if (next !== undefined && 'diagnostics' in next) return complain(next.diagnostics);
  const usage = (message: string, help?: string): Diagnostic =>
    diagnostic('MHP0004', message, sourceText('command line', ''), undefined, { help });
  const { description } = subject;
  const open = (flags.move ?? []).filter(({ by, to }) => by === undefined && to === undefined);
  if (flags.sweep === undefined && open.length > 0) {
    return complain([usage(`--move ${open[0]?.what} says not how far`, `write --move '${open[0]?.what}:+64M', or add --sweep -64M..64M:2M`)]);
  }
  if (flags.sweep !== undefined && open.length === 0) {
    return complain([usage('--sweep needs a range to move', "write --move '#0' without a shift")]);
  }
  const changeFor = (shift: number): RebootChange => {
    const steps: DriftStep[] = [
      ...(flags.move ?? []).map((word) => stepOf(word, description, shift)),
      ...(flags.drop ?? []).map((what): DriftStep => ({ kind: 'drop', what })),
      ...(flags.insert ?? []).map((text): DriftStep => ({ kind: 'insert', words: shellWords(text).map((word) => word.text) })),
      ...(flags.nextKernel === undefined ? [] : [{ kind: 'kernel' as const, name: flags.nextKernel }]),
    ];
    const own = rebootChangeOf(description, steps);
    return next === undefined ? own : { ...changeBetween(description, next.description), ...(steps.length === 0 ? {} : own) };
  };
  try {
    const prepared = prepareDrift(description, subject.book);
    if (flags.sweep !== undefined) return sweep(subject.name, prepared, shiftsOf(flags.sweep), changeFor, flags);
    return single(subject, prepared, changeFor(0), flags);
  } catch (error) {
    if (error instanceof DriftStepError) return complain([usage(error.message, error.help)]);
    if (error instanceof MachineDescriptionError) return complain([usage(`the machine does not boot: ${error.message}`, error.help)]);
    throw error;
  }
}

function single(subject: Subject, prepared: Prepared, change: RebootChange, flags: Flags): number {
  const terminal = terminalOf(process.stdout, flags.color);
  const drifted = driftOf(prepared, change);
  const versions = (flags.infoBlock ?? []).map((minor) => {
    const fresh = withInfoBlockMinor(prepareDrift(subject.description, subject.book), minor);
    return { version: `1.${minor}`, drift: driftOf(fresh, change) };
  });
  const boots: BootRecord[] = [{ drift: drifted }, ...versions.map((each) => ({ infoBlock: each.version, drift: each.drift }))];
  if (flags.json === true) printJson(driftJson(subject.name, boots));
  else {
    printLines(driftLines(subject.name, drifted, terminal));
    if (versions.length > 0) printLines(['', ...versionLines(versions, terminal, styleOf(terminal.color))]);
  }
  return boots.every((boot) => boot.drift?.namespaces.every(({ fate }) => fate === 'survives')) ? EXIT_OK : EXIT_DIFFERS;
}

function sweep(
  name: string,
  prepared: Prepared,
  shifts: readonly number[],
  changeFor: (by: number) => RebootChange,
  flags: Flags,
): number {
  const points = sweepDrift(prepared, shifts, changeFor);
  if (flags.json === true) printJson(driftJson(name, points.map(bootOfPoint)));
  else printLines(sweepLines(name, prepared.holdings, points, terminalOf(process.stdout, flags.color)));
  return points.some(({ fates }) => fates?.every((fate) => fate === 'survives')) ? EXIT_OK : EXIT_DIFFERS;
}

/** A runbook, an example or a description, with the machine it describes. */
async function subjectOf(name: string, kernel: string | undefined): Promise<Subject | { diagnostics: readonly Diagnostic[] }> {
  const example = !exists(name) && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  const read = example !== undefined ? { text: example } : name === '-' || exists(name) ? readTextFile(name) : undefined;
  if (read !== undefined && 'diagnostic' in read) return { diagnostics: [read.diagnostic] };
  if (read === undefined || !looksLikeRunbook(read.text)) {
    const found = await machineOfName(name, kernel);
    if ('diagnostics' in found) return found;
    return withDescription(name, name, { source: sourceText(name, ''), header: { qemu: [], span: { start: 0, end: 0 } }, commands: [] }, found.ready.machine.devices.bootedFrom?.description);
  }
  const { book, diagnostics } = parseRunbook(read.text, name);
  if (hasErrors(diagnostics)) return { diagnostics };
  const found = await machineOfHeader(book.source, book.header, kernel);
  if ('diagnostics' in found) return found;
  return withDescription(name, book.header.title?.value ?? name, book, found.ready.machine.devices.bootedFrom?.description);
}

function withDescription(
  source: string,
  name: string,
  book: Runbook,
  description: MachineDescription | undefined,
): Subject | { diagnostics: readonly Diagnostic[] } {
  if (description !== undefined) return { name, book, description };
  const help = 'a captured machine does not tell what its media hold: describe it in a runbook';
  return { diagnostics: [diagnostic('MHP0021', 'a captured machine cannot be booted again', sourceText(source, ''), undefined, { help })] };
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function collectMoves(text: string, before: readonly MoveWord[] = []): readonly MoveWord[] {
  const word = parseMove(text);
  if (word === undefined) throw new InvalidArgumentError("It is RANGE:SHIFT or RANGE:ADDRESS, e.g. '#0:+64M' or 'memmap=64M!0x32000000:0x36000000'.");
  return [...before, word];
}

function parseSweepOption(text: string): Sweep {
  const parsed = parseSweep(text);
  if (parsed === undefined) throw new InvalidArgumentError(`It is FROM..TO:STEP with at most ${SWEEP_LIMIT} steps, e.g. -64M..64M:2M.`);
  return parsed;
}

function parseVersions(text: string): readonly number[] {
  if (text === 'all') return [0, 1, 2, 3, 4];
  const minors = text.split(',').map((version) => /^1\.([0-4])$/.exec(version.trim())?.[1]);
  if (minors.some((minor) => minor === undefined)) throw new InvalidArgumentError('It is all, or versions from 1.0 to 1.4: 1.0,1.2.');
  return minors.map(Number);
}
