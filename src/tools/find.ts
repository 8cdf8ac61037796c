/** find, with the tests people use on /sys: -name, -type, -maxdepth, -mindepth. */

import { ENOENT, strerror } from '../kernel/errno.ts';
import { kernfsOrder } from '../sysfs/kernfs-order.ts';
import { globMatcher } from './glob.ts';
import type { FileKind, FileTree } from '../sysfs/file-tree.ts';
import { NotModelled, type Tool } from './tool.ts';

const KINDS = { f: 'file', d: 'directory', l: 'link' } as const;

interface Met {
  readonly path: string;
  readonly name: string;
  readonly kind: FileKind;
  /** 0 for the place the search starts from. */
  readonly depth: number;
}

interface Search {
  readonly starts: readonly string[];
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly tests: readonly ((met: Met) => boolean)[];
}

function depthOf(option: string, text: string | undefined): number {
  if (text === undefined || !/^[0-9]{1,3}$/.test(text)) throw new NotModelled(`find ${option} ${text ?? ''}: a number is missing`);
  return Number(text);
}

function nameTest(pattern: string): (met: Met) => boolean {
  // find's `*` takes a leading dot, the shell's does not; nothing in the model's tree begins with one.
  const matches = globMatcher([...pattern].map((c) => ({ c, quoted: false })));
  return ({ name }) => matches(name);
}

function readSearch(args: readonly string[]): Search {
  let at = args.findIndex((arg) => arg.startsWith('-') || arg === '!' || arg === '(');
  if (at < 0) at = args.length;
  const starts = at === 0 ? ['.'] : args.slice(0, at);
  const tests: ((met: Met) => boolean)[] = [];
  let minDepth = 0;
  let maxDepth = Infinity;
  for (; at < args.length; at++) {
    const word = args[at] as string;
    const value = args[at + 1];
    if (word === '-print' || word === '-a') continue;
    at++;
    if (word === '-name' && value !== undefined) tests.push(nameTest(value));
    else if (word === '-type' && value !== undefined && Object.hasOwn(KINDS, value)) {
      tests.push(({ kind }) => kind === KINDS[value as keyof typeof KINDS]);
    } else if (word === '-maxdepth') maxDepth = depthOf(word, value);
    else if (word === '-mindepth') minDepth = depthOf(word, value);
    else throw new NotModelled(`find ${word} is not modelled`, undefined, 'use -name, -type, -maxdepth or -mindepth');
  }
  return { starts, minDepth, maxDepth, tests };
}

/** What is at a path and below it, as the kernel lists directories of sysfs; links are not followed. */
function* walk(files: FileTree, path: string, name: string, depth: number, maxDepth: number): Generator<Met> {
  const kind = files.kind(path) as FileKind;
  yield { path, name, kind, depth };
  if (kind !== 'directory' || depth >= maxDepth) return;
  const names = files.list(path);
  if (typeof names === 'number') return;
  const prefix = path.endsWith('/') ? path : `${path}/`;
  for (const entry of kernfsOrder(names)) yield* walk(files, prefix + entry, entry, depth + 1, maxDepth);
}

/** The files at and below a path, in the order of the kernel's directories; a path that is not there is itself. */
export function filesBelow(files: FileTree, path: string): string[] {
  if (files.kind(path) === undefined) return [path];
  return [...walk(files, path, path, 0, Infinity)].filter((met) => met.kind === 'file').map((met) => met.path);
}

/** Prints in the order in which the kernel lists a directory of sysfs; links are not followed. */
export const find: Tool = (context, args) => {
  const { starts, minDepth, maxDepth, tests } = readSearch(args);
  const { files } = context;
  let status = 0;
  for (const start of starts) {
    if (files.kind(start) === undefined) {
      context.stderr(`find: ${start}: ${strerror(ENOENT)}\n`);
      status = 1;
      continue;
    }
    const name = start.slice(start.replace(/\/+$/, '').lastIndexOf('/') + 1);
    for (const met of walk(files, start, name, 0, maxDepth)) {
      if (met.depth >= minDepth && tests.every((test) => test(met))) context.stdout(`${met.path}\n`);
    }
  }
  return status;
};
