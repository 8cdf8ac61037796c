/** Writes a tree of files as real ones: all of it or nothing. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EACCES } from '../kernel/errno.ts';
import type { FileTree } from '../sysfs/file-tree.ts';

/** What one export may hold: some thirty thousand memory blocks. */
export const MOST_ENTRIES = 400_000;
export const MOST_BYTES = 256 * 1024 * 1024;
/** Deeper paths than any tree of ours has. */
const MOST_DEPTH = 32;

/** The parts of a machine's files that are written. */
const PARTS = ['proc', 'sys'] as const;

/** Why nothing was written, and what to do about it. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly help: string | undefined;
  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

export interface ExportCount {
  readonly files: number;
  readonly links: number;
  readonly directories: number;
}

type Entry =
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * The entries below /proc and /sys, parents first. What the model knows no more of than its name is left out; a loaded
 * module's directory stays, because it says that the module is loaded.
 * @throws ExportError when there are more than a file system should be filled with
 */
export function entriesOf(tree: FileTree): Entry[] {
  const entries: Entry[] = [];
  let bytes = 0;
  const visit = (path: string, depth: number): void => {
    if (entries.length >= MOST_ENTRIES || bytes > MOST_BYTES || depth > MOST_DEPTH) {
      const help = 'export a smaller machine, or one with larger memory blocks';
      throw new ExportError(`the machine has more than ${MOST_ENTRIES} files; nothing was written`, help);
    }
    const entry = entryAt(tree, path);
    if (entry === undefined) return;
    entries.push(entry);
    if (entry.kind === 'file') bytes += entry.text.length;
    if (entry.kind !== 'directory') return;
    const names = tree.list(path);
    if (typeof names !== 'number') for (const name of names) visit(`${path}/${name}`, depth + 1);
  };
  for (const part of PARTS) visit(`/${part}`, 0);
  return entries;
}

function entryAt(tree: FileTree, path: string): Entry | undefined {
  const kind = tree.kind(path);
  if (kind === 'link') {
    const target = tree.readlink(path);
    return typeof target === 'number' ? undefined : { kind, path, target };
  }
  if (kind === 'directory') {
    const names = tree.list(path);
    const known = tree.covers?.(path) !== false || (typeof names !== 'number' && names.length > 0);
    return known || dirname(path) === '/sys/module' ? { kind, path } : undefined;
  }
  if (kind !== 'file') return undefined;
  const text = tree.read(path);
  if (typeof text !== 'number') return { kind, path, text, mode: 0o644 };
  // What can only be written stands there for those who look whether it does.
  return text === -EACCES && tree.covers?.(path) !== false ? { kind, path, text: '', mode: 0o200 } : undefined;
}

/** Reasons a file system gives, in words. */
function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const words: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    ENOSPC: 'no space left',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is no folder',
    ENAMETOOLONG: 'the name is too long',
    EXDEV: 'part of it is another file system',
    EBUSY: 'part of it is in use',
  };
  if (words[code] !== undefined) return words[code];
  if (code === '') throw error;
  return code;
}

/**
 * Writes a machine's /proc and /sys below a folder, which is made when it is not there. A folder that holds anything
 * is refused unless `force`; then its `proc` and `sys` are replaced, and nothing else. Readers see the old or the new.
 * @throws ExportError with a message for people
 */
export function exportTree(tree: FileTree, folder: string, force: boolean): ExportCount {
  const target = targetOf(folder, force);
  const entries = entriesOf(tree);
  let staged: string | undefined;
  try {
    staged = mkdtempSync(join(dirname(target), `.${basename(target)}.`));
    for (const entry of entries) write(staged, entry);
    moveInto(staged, target);
  } catch (error) {
    throw new ExportError(`cannot write ${folder}: ${reasonOf(error)}`);
  } finally {
    if (staged !== undefined) rmSync(staged, { recursive: true, force: true });
  }
  const count = (kind: Entry['kind']): number => entries.filter((entry) => entry.kind === kind).length;
  return { files: count('file'), links: count('link'), directories: count('directory') };
}

/** The folder to write, checked before any work is done. */
function targetOf(folder: string, force: boolean): string {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) {
    const parent = dirname(folder);
    if (!existsSync(parent)) throw new ExportError(`there is no folder ${parent}`, `make it first: mkdir -p ${parent}`);
    return join(realpathSync(parent), basename(folder));
  }
  if (!stat.isDirectory()) throw new ExportError(`${folder} is not a folder`);
  const target = realpathSync(folder);
  if (target === '/')
    throw new ExportError("the root folder's /proc and /sys are this machine's own", 'name another folder');
  if (readdirSync(target).length > 0 && !force) {
    throw new ExportError(`${folder} is not empty`, '--force replaces proc and sys in it, and leaves the rest');
  }
  return target;
}

function write(root: string, entry: Entry): void {
  const path = root + entry.path;
  if (entry.kind === 'directory') mkdirSync(path);
  else if (entry.kind === 'link') symlinkSync(entry.target, path);
  else writeFileSync(path, entry.text, { mode: entry.mode });
}

/** Puts the finished parts in their place; what stood there goes to the staging folder and away with it. */
function moveInto(staged: string, target: string): void {
  if (!existsSync(target)) {
    mkdirSync(target);
    chmodSync(target, 0o755);
  }
  for (const part of PARTS) {
    const place = join(target, part);
    if (existsSync(place)) renameSync(place, join(staged, `${part}.old`));
    if (existsSync(join(staged, part))) renameSync(join(staged, part), place);
  }
}
