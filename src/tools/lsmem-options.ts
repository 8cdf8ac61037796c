/** The command line of lsmem (util-linux 2.38.1). */

import { getopt, type LongOption } from './getopt.ts';

export const LSMEM_COLUMNS = ['RANGE', 'SIZE', 'STATE', 'REMOVABLE', 'BLOCK', 'NODE', 'ZONES'] as const;
export type LsmemColumn = (typeof LSMEM_COLUMNS)[number];

const DEFAULT_COLUMNS: readonly LsmemColumn[] = ['RANGE', 'SIZE', 'STATE', 'REMOVABLE', 'BLOCK'];
/** lsmem has room for each column twice. */
const MAX_COLUMNS = 2 * LSMEM_COLUMNS.length;

export interface LsmemOptions {
  readonly layout: 'table' | 'json' | 'pairs' | 'raw';
  readonly all: boolean;
  readonly bytes: boolean;
  readonly headings: boolean;
  /** Columns before `--output` has its say. */
  readonly baseColumns: readonly LsmemColumn[];
  readonly output: string | undefined;
  readonly split: string | undefined;
  /** Prefix of every path, without a slash at its end. */
  readonly sysroot: string;
  readonly wantsTable: boolean;
  readonly wantsSummary: boolean;
}

/** What lsmem does instead of listing: text for a stream and the exit status. */
export interface LsmemExit {
  readonly exit: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const LONG: readonly LongOption[] = [
  { name: 'all', key: 'a' },
  { name: 'bytes', key: 'b' },
  { name: 'help', key: 'h' },
  { name: 'json', key: 'J' },
  { name: 'noheadings', key: 'n' },
  { name: 'output', argument: 'required', key: 'o' },
  { name: 'output-all', key: 'output-all' },
  { name: 'pairs', key: 'P' },
  { name: 'raw', key: 'r' },
  { name: 'sysroot', argument: 'required', key: 's' },
  { name: 'split', argument: 'required', key: 'S' },
  { name: 'version', key: 'V' },
  { name: 'summary', argument: 'optional', key: 'summary' },
];

/** Options that exclude each other, with the names the refusal lists. */
const EXCLUSIVE: readonly { readonly keys: string; readonly names: string }[] = [
  { keys: 'JPr', names: '--json --pairs --raw' },
  { keys: 'Sa', names: '--split --all' },
];

const HELP: readonly (readonly [option: string, what: string])[] = [
  ['-J, --json', 'use JSON output format'],
  ['-P, --pairs', 'use key="value" output format'],
  ['-a, --all', 'list each individual memory block'],
  ['-b, --bytes', 'print SIZE in bytes rather than in human readable format'],
  ['-n, --noheadings', "don't print headings"],
  ['-o, --output <list>', 'output columns'],
  ['    --output-all', 'output all columns'],
  ['-r, --raw', 'use raw output format'],
  ['-S, --split <list>', 'split ranges by specified columns'],
  ['-s, --sysroot <dir>', 'use the specified directory as system root'],
  ['    --summary[=when]', 'print summary information (never,always or only)'],
  ['', ''],
  ['-h, --help', 'display this help'],
  ['-V, --version', 'display version'],
];

const COLUMN_HELP: Readonly<Record<LsmemColumn, string>> = {
  RANGE: 'start and end address of the memory range',
  SIZE: 'size of the memory range',
  STATE: 'online status of the memory range',
  REMOVABLE: 'memory is removable',
  BLOCK: 'memory block number or blocks range',
  NODE: 'numa node of memory',
  ZONES: 'valid zones for the memory range',
};

function helpText(): string {
  const options = HELP.map(([option, what]) => (option === '' ? '' : ` ${option.padEnd(20)} ${what}`));
  const columns = LSMEM_COLUMNS.map((name) => `${name.padStart(11)}  ${COLUMN_HELP[name]}`);
  return [
    '',
    'Usage:',
    ' lsmem [options]',
    '',
    'List the ranges of available memory with their online status.',
    '',
    'Options:',
    ...options,
    '',
    'Available output columns:',
    ...columns,
    '',
    'For more details see lsmem(1).',
    '',
  ].join('\n');
}

function refuse(message: string): LsmemExit {
  return { exit: 1, stderr: `lsmem: ${message}\n` };
}

function tryHelp(message: string): LsmemExit {
  return refuse(`${message}\nTry 'lsmem --help' for more information.`);
}

/**
 * Reads a list of columns; a leading `+` adds to `base`. An empty list, an empty member or too many
 * columns end lsmem without a word; an unknown name is reported together with the rest of the list.
 */
function readColumns(list: string, base: readonly LsmemColumn[]): LsmemColumn[] | LsmemExit {
  const adds = list.startsWith('+');
  const columns = adds ? [...base] : [];
  let begin = adds ? 1 : 0;
  if (begin === list.length) return { exit: 1 };
  while (begin < list.length) {
    const comma = list.indexOf(',', begin);
    if (comma === begin && comma !== list.length - 1) return { exit: 1 };
    // A comma at the very end belongs to the name before it.
    const end = comma < 0 || comma === list.length - 1 ? list.length : comma;
    if (columns.length === MAX_COLUMNS) return { exit: 1 };
    const wanted = list.slice(begin, end).toUpperCase();
    const column = LSMEM_COLUMNS.find((name) => name === wanted);
    if (column === undefined) return refuse(`unknown column: ${list.slice(begin)}`);
    columns.push(column);
    begin = end + 1;
  }
  return columns;
}

/** Reads the arguments in lsmem's own order, so that the first thing wrong is the one reported. */
export function parseLsmemOptions(args: readonly string[]): LsmemOptions | LsmemExit {
  const given = new Set<string>();
  let output: string | undefined;
  let split: string | undefined;
  let sysroot = '';
  let wantsTable = true;
  let wantsSummary = true;
  let operands = 0;
  for (const event of getopt(args, 'abhJno:PrS:s:V', LONG)) {
    if (event.kind === 'error') return tryHelp(event.message);
    if (event.kind === 'operand') {
      operands++;
      continue;
    }
    const { key, value } = event;
    const clash = EXCLUSIVE.find(
      ({ keys }) => keys.includes(key) && [...keys].some((other) => other !== key && given.has(other)),
    );
    if (clash !== undefined) return refuse(`mutually exclusive arguments: ${clash.names}`);
    given.add(key);
    if (key === 'h') return { exit: 0, stdout: helpText() };
    if (key === 'V') return { exit: 0, stdout: 'lsmem from util-linux 2.38.1\n' };
    if (key === 'o') output = value;
    else if (key === 'S') split = value;
    else if (key === 's') sysroot = value as string;
    else if (key === 'J' || key === 'P' || key === 'r') wantsSummary = false;
    else if (key === 'summary') {
      if (value === undefined || value === 'only') wantsTable = false;
      else if (value === 'never') wantsSummary = false;
      else if (value === 'always') wantsSummary = true;
      else return refuse('unsupported --summary argument');
    }
  }
  if (operands > 0) return tryHelp('bad usage');
  const layout = given.has('J') ? 'json' : given.has('P') ? 'pairs' : given.has('r') ? 'raw' : 'table';
  if (!wantsTable && !wantsSummary) {
    return refuse('options --{raw,json,pairs} and --summary=only are mutually exclusive');
  }
  return {
    layout,
    all: given.has('a'),
    bytes: given.has('b'),
    headings: !given.has('n'),
    baseColumns: given.has('output-all') ? LSMEM_COLUMNS : DEFAULT_COLUMNS,
    output,
    split,
    sysroot: sysroot.replace(/\/+$/, ''),
    wantsTable,
    wantsSummary,
  };
}

export interface LsmemColumns {
  readonly shown: readonly LsmemColumn[];
  /** What breaks a range: the shown columns when `--split` was not given. */
  readonly splitBy: readonly LsmemColumn[];
}

/** Reads the lists of `--output` and `--split`; lsmem does so after opening the tree, and not for a summary alone. */
export function parseLsmemColumns(options: LsmemOptions): LsmemColumns | LsmemExit {
  if (!options.wantsTable) return { shown: [], splitBy: [] };
  const { baseColumns, output, split } = options;
  const shown = output === undefined ? baseColumns : readColumns(output, baseColumns);
  if ('exit' in shown) return shown;
  const splitBy = split === undefined ? shown : split.toLowerCase() === 'none' ? [] : readColumns(split, []);
  return 'exit' in splitBy ? splitBy : { shown, splitBy };
}
