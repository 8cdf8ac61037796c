/** `memhp compare`: one runbook on several kernels, policies or machines. */

import { Option, type Command } from 'commander';
import { compareRunbook, compareStatus } from '../advise/compare/compare.ts';
import type { Between } from '../advise/compare/curve-world.ts';
import type { CurveUse } from '../advise/compare/loss-curve.ts';
import type { Depth } from '../advise/compare/outcome.ts';
import { builderOf, type BuildVariant, type Variant } from '../advise/compare/variant.ts';
import type { PolicyName } from '../kernel/profile/policies.ts';
import { DEFAULT_KERNEL } from '../runbook/build-from-header.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../runbook/diagnostic.ts';
import { EXAMPLES } from '../runbook/examples.ts';
import { parseRunbook } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { sourceText } from '../runbook/source-text.ts';
import { readVariants, type AxisOptions } from './compare-axes.ts';
import { curveLines, curveSvg, lossCurves } from './compare-curve.ts';
import { compareJson, compareTroubleJson, COMPARE_SCHEMA } from './compare-json.ts';
import { renderComparison, type CompareMaps } from './compare-text.ts';
import { CURVE_SCHEMA, curveJson } from './curve-json.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { exists, readTextFile, writeFileAtomic } from './files.ts';
import { machineOfHeader } from './machine-source.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

export interface CompareOptions extends AxisOptions {
  readonly curve?: string;
  readonly use: CurveUse;
  readonly between: Between;
  readonly svg?: string;
  readonly depth: Depth;
  readonly map: CompareMaps;
  readonly causes: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES_TEXT = `Examples:
  memhp compare examples/thread.md
  memhp compare --kernel 5.0,5.3,5.7,6.12 examples/moyer-after.md
  memhp compare --policy all examples/thread.md
  memhp compare --curve 128 --svg loss.svg
  memhp compare --with 'memory=2G|64G' --cmdline '|memory_hotplug.memmap_on_memory=1' my.runbook
`;

const MORE_TEXT = `
Without options the kernels are those that recordings hold the model to: 5.0, 6.1, 6.12. What --cmdline
and --with qemu= name is added to what the runbook has; an empty value adds nothing. Policies are the
alternatives the thread argued about; no real kernel is built so.
--curve N plays no runbook: it brings up N devices that begin 64 MiB into a section, under each policy.

Exit status: 0 every command comes to the same everywhere, 1 something flips, 2 bad input or not
modelled, 64 the same as far as is known, but something depends on more than the map.`;

export function registerCompare(program: Command): void {
  program
    .command('compare')
    .summary('one runbook on several kernels, policies or machines')
    .description('Plays a runbook on several machines; says where its outcome flips, and which kernel change flipped it.')
    .argument('[runbook]', 'a runbook, the name of an example, or - for standard input')
    .option('--kernel <names>', 'kernels, e.g. 5.0,6.1,6.12; all')
    .option('--policy <names>', 'sections, pad, hole, sub-sections, variable-blocks; all')
    .option('--arch <names>', 'architectures')
    .option('--cmdline <words>', "words added to the kernel command line: 'A|B'")
    .option('--with <what>', "another value to vary: 'memory=2G|64G' (may be repeated)", (one: string, before: string[] = []) => [
      ...before,
      one,
    ])
    .addOption(
      new Option('--depth <what>', 'what counts as another outcome').choices(['verdict', 'output', 'log']).default('output'),
    )
    .option('--no-causes', 'do not look for the change behind a flip')
    .addOption(new Option('--map <which>', 'maps drawn beside each other').choices(['ends', 'flips', 'none']).default('ends'))
    .option('--curve <n>', 'memory lost over the number of unaligned devices, up to N of them, by policy')
    .addOption(new Option('--use <as>', 'with --curve: what the devices become').choices(['device', 'ram']).default('device'))
    .addOption(
      new Option('--between <what>', 'with --curve: what lies between them').choices(['devices', 'ram']).default('devices'),
    )
    .option('--svg <file>', 'with --curve: write the picture')
    .option('--json', `print one JSON document (schema ${COMPARE_SCHEMA}, or ${CURVE_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES_TEXT)
    .addHelpText('after', MORE_TEXT)
    .action(async (runbook: string | undefined, options: CompareOptions) => {
      process.exitCode = options.curve === undefined ? await compare(runbook, options) : curve(options, options.curve);
    });
}

async function compare(name: string | undefined, options: CompareOptions): Promise<number> {
  const found = await comparisonOf(name, options);
  const source = name ?? '';
  if ('diagnostics' in found && !('played' in found)) {
    if (options.json === true) printJson(compareTroubleJson(source, found.diagnostics));
    printDiagnostics(found.diagnostics, options.color);
    return EXIT_USAGE;
  }
  const status = compareStatus(found);
  if (options.json === true) printJson(compareJson(found, source));
  else {
    const title = found.book.header.title?.value ?? source;
    printLines(renderComparison(found, title, terminalOf(process.stdout, options.color), options.map));
  }
  if (found.diagnostics.length > 0) {
    printErrors(['']);
    printDiagnostics(found.diagnostics, options.color);
  }
  return status;
}

/** The curve by policy; one kernel, named with --kernel. */
function curve(options: CompareOptions, devices: string): number {
  const fail = (diagnostics: readonly Diagnostic[]): number => {
    printDiagnostics(diagnostics, options.color);
    return EXIT_USAGE;
  };
  const variants = readVariants({ ...options, policy: options.policy ?? 'all', kernel: options.kernel ?? DEFAULT_KERNEL }, '');
  const complaints = variants.filter((one): one is Diagnostic => 'severity' in one);
  if (complaints.length > 0) return fail(complaints);
  const asked = variants as Variant[];
  if (new Set(asked.map((one) => one.kernel)).size > 1 || asked.some((one) => one.cmdline ?? one.arch ?? one.memory)) {
    const help = 'write --curve N with --policy and one --kernel';
    return fail([diagnostic('MHP0004', '--curve compares policies on one kernel', sourceText('command line', ''), undefined, { help })]);
  }
  const policies = asked.map((one) => one.policy as PolicyName);
  const found = lossCurves({ curve: devices, between: options.between, use: options.use }, asked[0]!.kernel!, policies);
  if ('severity' in found) return fail([found]);
  if (options.svg !== undefined) {
    try {
      writeFileAtomic(options.svg, curveSvg(found));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      return fail([diagnostic('MHP0005', `cannot write ${options.svg}: ${code}`, sourceText(options.svg, ''))]);
    }
  }
  if (options.json === true) printJson(curveJson(found));
  else printLines(curveLines(found, terminalOf(process.stdout, options.color)));
  return EXIT_OK;
}

type Trouble = { readonly diagnostics: readonly Diagnostic[] };

async function comparisonOf(
  name: string | undefined,
  options: CompareOptions,
): Promise<Exclude<ReturnType<typeof compareRunbook>, readonly Diagnostic[]> | Trouble> {
  const read = readRunbook(name);
  if ('diagnostics' in read) return read;
  const { book } = read;
  const variants = readVariants(options, book.header.kernel?.value ?? DEFAULT_KERNEL);
  const complaints = variants.filter((one): one is Diagnostic => 'severity' in one);
  if (complaints.length > 0) return { diagnostics: complaints };
  const asked = variants as Variant[];
  const captured = book.header.machine !== undefined;
  const build = captured ? await capturedBuilder(book, asked) : builderOf(book.source, book.header);
  if (typeof build !== 'function') return build;
  // A change cannot be taken out of a captured machine's kernel.
  const result = compareRunbook(book, asked, build, { depth: options.depth, causes: options.causes && !captured });
  return 'played' in result ? result : { diagnostics: result };
}

function readRunbook(name: string | undefined): { readonly book: Runbook } | Trouble {
  if (name === undefined) {
    const help = 'name a runbook or an example: memhp compare thread';
    return { diagnostics: [diagnostic('MHP0004', 'there is nothing to compare', sourceText('command line', ''), undefined, { help })] };
  }
  const example = !exists(name) && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  const read = example === undefined ? readTextFile(name) : { text: example };
  if ('diagnostic' in read) return { diagnostics: [read.diagnostic] };
  const { book, diagnostics } = parseRunbook(read.text, name === '-' ? 'standard input' : name);
  return hasErrors(diagnostics) ? { diagnostics } : { book };
}

/** A captured machine is read once for each kernel; nothing else of it can be varied. */
async function capturedBuilder(book: Runbook, variants: readonly Variant[]): Promise<BuildVariant | Trouble> {
  const place = book.header.machine!.span;
  if (variants.some((variant) => Object.keys(variant).some((axis) => axis !== 'kernel'))) {
    const help = 'compare it with --kernel, or describe the machine with memory: and qemu:';
    const message = 'of a captured machine only the kernel can be varied';
    return { diagnostics: [diagnostic('MHP0015', message, book.source, place, { help })] };
  }
  const machines = new Map<string, Awaited<ReturnType<typeof machineOfHeader>>>();
  for (const { kernel } of variants) machines.set(kernel!, await machineOfHeader(book.source, book.header, kernel));
  return ({ kernel }) => {
    const found = machines.get(kernel!)!;
    return 'ready' in found ? found.ready.machine : found.diagnostics;
  };
}
