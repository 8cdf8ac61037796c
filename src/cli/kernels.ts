/** `memhp kernels`: the real kernels at hand, fetched or registered. */

import type { Command } from 'commander';
import { GUEST_ARCH_NAMES } from '../realkernel/guest-arch.ts';
import { archOfKernel, fetchKernel, listKernels, registerKernel, type StoredKernel } from '../realkernel/kernel-store.ts';
import { guestPrograms, MissingHere } from '../realkernel/missing.ts';
import { renderTable } from '../view/table.ts';
import { EXIT_USAGE } from './exit-status.ts';
import { KERNELS_SCHEMA, kernelsJson } from './kernels-json.ts';
import { reportTrouble } from './missing-here.ts';
import { printErrors, printJson, printLines } from './output.ts';

const HELP = `Examples:
  memhp kernels                          what is at hand
  memhp kernels fetch 6.12 6.1           Debian's newest package of each series, into the cache
  memhp kernels fetch 6.12 --arch arm64  of another architecture, with busybox, ndctl and lsmem of its own
  memhp kernels add mine --image arch/x86/boot/bzImage --modules /lib/modules/6.15.0
`;

const MORE = `
Kernels are kept below $MEMHP_CACHE, else $XDG_CACHE_HOME/memhp, else ~/.cache/memhp. Fetching needs apt, not root.

Exit status: 0; 2 bad input; 3 something is missing here, with the line that brings it.`;

export function registerKernels(program: Command): void {
  const kernels = program
    .command('kernels')
    .description('Lists the real kernels that verify and record can boot.')
    .option('--json', `print one JSON document (schema ${KERNELS_SCHEMA})`)
    .addHelpText('before', HELP)
    .addHelpText('after', MORE)
    .action((options: { json?: boolean }) => {
      process.exitCode = list(options.json === true);
    });
  kernels
    .command('fetch')
    .description('fetches Debian’s newest kernel of a series with apt')
    .argument('<series...>', 'e.g. 6.12, or 6.12-arm64')
    .option('--arch <name>', `architecture of series that name none: ${GUEST_ARCH_NAMES.join(', ')}`)
    .action((series: string[], { arch }: { arch?: string }) => {
      const say = (line: string): void => printErrors([`${line} …`]);
      const named = (each: string): string => (arch === undefined || !/^[\d.]+$/.test(each) ? each : `${each}-${arch}`);
      process.exitCode = guarded(() => series.map((each) => fetchKernel(named(each), { say })));
    });
  kernels
    .command('add')
    .description('registers a kernel image by path')
    .argument('<name>', 'what to call it')
    .requiredOption('--image <file>', 'the kernel image (vmlinuz, bzImage, arm64’s Image)')
    .option('--modules <folder>', 'its modules: lib/modules/RELEASE, or a folder that holds it')
    .action((name: string, options: { image: string; modules?: string }) => {
      process.exitCode = guarded(() => [registerKernel(name, options.image, options.modules)]);
    });
}

function list(json: boolean): number {
  const kernels = listKernels();
  if (json) printJson(kernelsJson(kernels, missingWords()));
  else if (kernels.length === 0) printLines(['no real kernels here', '  to bring one: memhp kernels fetch 6.12']);
  else printLines(table(kernels));
  if (!json) printErrors(missingWords());
  return 0;
}

function table(kernels: readonly StoredKernel[]): string[] {
  const rows = kernels.map((kernel) => {
    const { name, release, modules, origin } = kernel;
    return [name, release, archOfKernel(kernel).name, modules === undefined ? 'none' : 'yes', origin];
  });
  return renderTable([['name', 'release', 'arch', 'modules', 'from'], ...rows], []);
}

/** What else a guest needs and this host lacks. */
function missingWords(): string[] {
  try {
    guestPrograms();
    return [];
  } catch (error) {
    if (!(error instanceof MissingHere)) throw error;
    return [`${error.message}`, `  to bring it: ${error.remedy}`];
  }
}

function guarded(work: () => StoredKernel[]): number {
  try {
    printLines(table(work()));
    return 0;
  } catch (error) {
    if (error instanceof MissingHere) return reportTrouble(error);
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
    printErrors([`error: ${error.message}`]);
    return EXIT_USAGE;
  }
}
