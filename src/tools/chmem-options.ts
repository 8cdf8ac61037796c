/** The command line of chmem (util-linux 2.38.1). */

import { getopt, type LongOption } from './getopt.ts';
import type { LsmemExit } from './lsmem-options.ts';

export interface ChmemOptions {
  readonly action: 'enable' | 'disable';
  readonly blocks: boolean;
  /** As typed; looked up only where blocks tell their zones. */
  readonly zone: string | undefined;
  readonly verbose: boolean;
  /** SIZE, RANGE or BLOCKRANGE, not yet read. */
  readonly target: string;
}

/** What it does instead; the statuses of a crash are the shell's for the signal. */
export type ChmemExit = LsmemExit;

/** The program's own table says `block` where its help says `--blocks`. */
const LONG: readonly LongOption[] = [
  { name: 'block', key: 'b' },
  { name: 'disable', key: 'd' },
  { name: 'enable', key: 'e' },
  { name: 'help', key: 'h' },
  { name: 'verbose', key: 'v' },
  { name: 'version', key: 'V' },
  { name: 'zone', argument: 'required', key: 'z' },
];

const ZONES = ['DMA', 'DMA32', 'Normal', 'Highmem', 'Movable', 'Device'];

const HELP = [
  '',
  'Usage:',
  ' chmem [options] [SIZE|RANGE|BLOCKRANGE]',
  '',
  'Set a particular size or range of memory online or offline.',
  '',
  'Options:',
  ...[
    ['-e, --enable', 'enable memory'],
    ['-d, --disable', 'disable memory'],
    ['-b, --blocks', 'use memory blocks'],
    ['-z, --zone <name>', 'select memory zone (see below)'],
    ['-v, --verbose', 'verbose output'],
    ['-h, --help', 'display this help'],
    ['-V, --version', 'display version'],
  ].map(([option = '', what = '']) => ` ${option.padEnd(18)} ${what}`),
  '',
  'Supported zones:',
  ...ZONES.map((zone) => ` ${zone}`),
  '',
  'For more details see chmem(8).',
  '',
].join('\n');

export function chmemError(message: string): ChmemExit {
  return { exit: 1, stderr: `chmem: ${message}\n` };
}

/** A refusal that points to the help. */
export function chmemTryHelp(message: string): ChmemExit {
  return chmemError(`${message}\nTry 'chmem --help' for more information.`);
}

/** Reads the arguments in chmem's own order, so that the first thing wrong is the one reported. */
export function parseChmemOptions(args: readonly string[]): ChmemOptions | ChmemExit {
  let action: ChmemOptions['action'] | undefined;
  let blocks = false;
  let verbose = false;
  let zoneText: string | undefined;
  const operands: string[] = [];
  for (const event of getopt(args, 'bdehvVz:', LONG)) {
    if (event.kind === 'error') return chmemTryHelp(event.message);
    if (event.kind === 'operand') {
      operands.push(event.value);
      continue;
    }
    switch (event.key) {
      case 'e':
      case 'd': {
        const wanted = event.key === 'e' ? 'enable' : 'disable';
        if (action !== undefined && action !== wanted) {
          return chmemError('mutually exclusive arguments: --disable --enable');
        }
        action = wanted;
        break;
      }
      case 'b':
        blocks = true;
        break;
      case 'v':
        verbose = true;
        break;
      case 'z':
        zoneText = event.value ?? '';
        break;
      case 'h':
        return { exit: 0, stdout: HELP };
      case 'V':
        return { exit: 0, stdout: 'chmem from util-linux 2.38.1\n' };
    }
  }
  const [target] = operands;
  if (action === undefined || target === undefined || operands.length > 1) return chmemTryHelp('bad usage');
  return { action, blocks, zone: zoneText, verbose, target };
}
