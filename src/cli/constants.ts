/** `memhp constants`: sizes and alignments by architecture, page size, kernel and memory. */

import { InvalidArgumentError, type Command } from 'commander';
import { archNames, type ConstantsQuery } from '../advise/constants.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { profileNames } from '../kernel/profile/profile.ts';
import { GiB, TiB } from '../kernel/units.ts';
import { nearestKernel } from '../runbook/build-from-header.ts';
import { nearestName } from '../runbook/nearest.ts';
import { parseSize64 } from '../tools/ndctl/size.ts';
import { CONSTANTS_SCHEMA, constantsJson } from './constants-json.ts';
import { constantsNotes, constantsTables, constantsWhy } from './constants-text.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { printErrors, printJson, printLines } from './output.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

const EXAMPLES = `Examples:
  memhp constants                                  every architecture, Linux 6.12
  memhp constants --arch arm64                     its page sizes side by side
  memhp constants --arch x86_64 --kernel 5.0,6.12 --memory 4G,64G,65G,66G
  memhp constants --arch x86_64 --bare-metal --memory 128G --why
  memhp constants --page-size 64K
`;

interface Flags {
  readonly arch?: readonly string[];
  readonly kernel: readonly string[];
  readonly pageSize?: number;
  readonly memory: readonly number[];
  readonly bareMetal?: boolean;
  readonly why?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

export function registerConstants(program: Command): void {
  program
    .command('constants')
    .summary('section, block, alignment minimums by architecture, kernel, memory')
    .description('Lists what sizes and addresses must be multiples of, as the model has it, with the place in the kernel.')
    .option('--arch <names>', 'architectures, e.g. x86_64,arm64', parseArchs)
    .option('--kernel <names>', 'kernels, e.g. 5.0,6.12, or all', parseKernels, ['6.12'])
    .option('--page-size <size>', 'only architectures with pages of this size, e.g. 64K', parsePageSize)
    .option('--memory <sizes>', 'where RAM ends, holes included, e.g. 4G,66G: decides the block size on x86', parseMemory, [4 * GiB])
    .option('--bare-metal', 'no hypervisor: decides the block size on x86 from 64G on')
    .option('--why', 'each constant with its place in the kernel, and how it is known')
    .option('--json', `print one JSON document (schema ${CONSTANTS_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .action((flags: Flags) => {
      process.exitCode = constants(flags);
    });
}

/** Prints, and returns the exit status. */
export function constants(flags: Flags): number {
  const queries = queriesOf(flags);
  if (queries.length === 0) {
    printErrors(['error: no architecture here has pages of that size', `  there are: ${archNames().join(', ')}`]);
    return EXIT_USAGE;
  }
  const terminal = terminalOf(process.stdout, flags.color);
  if (flags.json === true) printJson(constantsJson(queries));
  else if (flags.why === true) {
    queries.forEach((query, index) => {
      printLines([...(index > 0 ? [''] : []), ...constantsNotes([query], terminal.width), '', ...constantsWhy(query, terminal)]);
    });
  } else printLines([...constantsTables(queries, terminal), '', ...constantsNotes(queries, terminal.width), '--why tells what each is, and where the kernel says so.']);
  return EXIT_OK;
}

function queriesOf({ arch, kernel, pageSize, memory, bareMetal }: Flags): ConstantsQuery[] {
  const archs = (arch ?? archNames()).flatMap((name) =>
    // The bare name stands for all its page sizes.
    arch === undefined ? [name] : [name, ...archNames().filter((each) => each.startsWith(`${name}-`))],
  );
  const fitting = [...new Set(archs)].filter((name) => pageSize === undefined || ARCHITECTURES[name]?.pageSize === pageSize);
  const hypervisor = bareMetal !== true;
  return fitting.flatMap((name) =>
    kernel.flatMap((release) => memory.map((memoryBytes) => ({ arch: name, kernel: release, memoryBytes, hypervisor }))),
  );
}

function list(text: string): string[] {
  return text.split(',').map((word) => word.trim()).filter(Boolean).slice(0, 100);
}

function parseArchs(text: string): readonly string[] {
  for (const name of list(text)) {
    if (Object.hasOwn(ARCHITECTURES, name)) continue;
    const near = nearestName(name, archNames());
    throw new InvalidArgumentError(`There is no ${name.slice(0, 40)}${near === undefined ? '' : ` (did you mean ${near}?)`}; there are ${archNames().join(', ')}.`);
  }
  return list(text);
}

function parseKernels(text: string): readonly string[] {
  if (text === 'all') return profileNames();
  for (const name of list(text)) {
    if (profileNames().includes(name)) continue;
    throw new InvalidArgumentError(`memhp has no kernel ${name.slice(0, 40)}; the nearest is ${nearestKernel(name, profileNames()) ?? 'none'}, there are ${profileNames().join(', ')}.`);
  }
  return list(text);
}

function parsePageSize(text: string): number {
  const bytes = parseSize64(text)?.bytes;
  if (bytes === undefined) throw new InvalidArgumentError('It is a size: 4K, 16K, 64K.');
  return bytes;
}

function parseMemory(text: string): readonly number[] {
  return list(text).map((word) => {
    const bytes = parseSize64(word)?.bytes ?? 0;
    if (bytes <= 0 || bytes > 4096 * TiB) throw new InvalidArgumentError('They are sizes up to 4096T: 4G,66G.');
    return bytes;
  });
}
