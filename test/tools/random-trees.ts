/** Random memory-block trees and command lines, from a seed. */

export interface TreeSpec {
  /** block_size_bytes as the file says it. */
  readonly blockSize: string;
  readonly blocks: readonly { readonly id: number; readonly files: Readonly<Record<string, string>>; readonly nodes: readonly string[] }[];
}

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(n: number): number {
    this.#state = (this.#state * 1103515245 + 12345) % 2147483648;
    return Math.floor(this.#state / 65536) % n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

const STATES = ['online', 'online', 'offline', 'offline', 'going-offline', 'foo', ''];
const ZONES = ['Normal', 'none', 'DMA32', 'Movable', 'Normal Movable', 'Movable Normal', 'x', '', 'DMA DMA32 Normal'];
const SIZES = ['8000000', '8000000', '80000000', '1000000', '40000000', '7000000', '200000', '0x8000000'];

/** Runs of alike blocks, gaps, a first block other than 0, files that are missing or say odd things. */
export function randomTree(dice: Dice): TreeSpec {
  let id = dice.pick([0, 0, 0, 1, 32]);
  let files: Record<string, string> = { state: 'online', valid_zones: 'Normal', removable: '1' };
  let nodes = ['node0'];
  const blocks: TreeSpec['blocks'][number][] = [];
  for (let left = 1 + dice.below(12); left > 0; left--) {
    files = { ...files };
    if (dice.below(3) === 0) files['state'] = dice.pick(STATES);
    if (dice.below(3) === 0) files['valid_zones'] = dice.pick(ZONES);
    if (dice.below(3) === 0) files['removable'] = dice.pick(['0', '1', '1', '', '2']);
    if (dice.below(3) === 0) nodes = dice.pick([['node0'], ['node1'], ['node10'], [], ['nodex']]);
    const own = { ...files };
    for (const name of Object.keys(own)) if (dice.below(30) === 0) delete own[name];
    blocks.push({ id, files: own, nodes });
    id += dice.below(5) === 0 ? 1 + dice.below(300) : 1;
  }
  return { blockSize: dice.pick(SIZES), blocks };
}

const LSMEM_WORDS = [
  '-J', '-P', '-r', '-a', '-b', '-n', '--json', '--pairs', '--raw', '--all', '--bytes', '--noheadings', '--output-all',
  '--summary', '--summary=never', '--summary=always', '--summary=only', '--summ=only', '-x', '--', 'foo', '-ab', '-nb',
  '-Snone', '-SSTATE', '-SNODE,ZONES', '-Szones', '-SREMOVABLE,STATE', '-oRANGE', '-oRANGE,SIZE', '-o+NODE', '-h', '-V',
  '-o+NODE,ZONES', '-o=x', '--out', '--output=STATE,BLOCK', '--outp', '--split=NODE', '-oZONES,BLOCK', '-oBLOCK,REMOVABLE',
  '-orange,size,state,removable,block,node,zones', '-oRANGE,,SIZE', '-oRANGE,', '-o,', '-o', 'SIZE', '-S', '', '-Sa', '-JP',
  '--json=1', '--sp', '--summary=x', `-o${Array(15).fill('SIZE').join()}`,
];

export function randomLsmemArgs(dice: Dice): string[] {
  return Array.from({ length: dice.below(4) }, () => dice.pick(LSMEM_WORDS));
}

const CHMEM_WORDS = [
  '-e', '-d', '-e', '-d', '-b', '-v', '-be', '-bdv', '-z', '--zone=normal', '-zMovable', '-zDMA32', '-zDMA', '-zdma',
  '--block', '--enable', '--disable', '--verb', '-h', '-V', '-x', '--', '-e', '-e', '-v', '-v',
];
const CHMEM_TARGETS = [
  '128M', '256M', '1G', '0', '128', '512MiB', '1.5G', '1.25G', '1GB', 'x', '0x100000000-0x107ffffff', '0x0-0x7ffffff',
  '0x100000000-0x127ffffff', '32', '32-34', '0-2', '0-40', '33-32', '1-1-1', '0x8000000-0x17ffffff', '0x100000000',
  '0x100000001-0x107ffffff', '32-', '2-300', '100', '99999999999999999999', '2-zz', '0x1-4', '1.G', '1e9', '256m',
  '0x80M', '010G', '1 G', '08G', '+1G', '32--33', '4294967296-4429185023', '0x110000000-0x107ffffff',
];

export function randomChmemArgs(dice: Dice): string[] {
  const args = Array.from({ length: 1 + dice.below(3) }, () => dice.pick(CHMEM_WORDS));
  return dice.below(12) === 0 ? args : [...args, dice.pick(CHMEM_TARGETS)];
}
