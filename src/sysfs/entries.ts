/** What a tree of files is made of: entries that are computed when somebody looks. */

import type { Errno } from '../kernel/errno.ts';

export interface FileEntry {
  readonly kind: 'file';
  /** Absent where nobody may read (−EACCES). May itself give −errno. */
  readonly read?: () => string | Errno;
  /** Absent where nobody may write (−EACCES). An empty text only opens the file, and never arrives here. */
  readonly write?: (text: string) => Errno;
}

export interface LinkEntry {
  readonly kind: 'link';
  readonly target: string;
}

export interface DirectoryEntry {
  readonly kind: 'directory';
  /** Whether there is nothing beside what it lists. */
  readonly complete: boolean;
  names(): readonly string[];
  entry(name: string): Entry | undefined;
  /** Names known not to be there, in a directory that is not complete. */
  lacks?(name: string): boolean;
}

/** Something a real machine has and the model knows no more about. */
export interface UnknownEntry {
  readonly kind: 'unknown';
  readonly looksLike: 'file' | 'directory';
}

export type Entry = FileEntry | LinkEntry | DirectoryEntry | UnknownEntry;

export const UNKNOWN_FILE: UnknownEntry = { kind: 'unknown', looksLike: 'file' };
export const UNKNOWN_DIRECTORY: UnknownEntry = { kind: 'unknown', looksLike: 'directory' };

export function readOnly(read: () => string | Errno): FileEntry {
  return { kind: 'file', read };
}

export function readWrite(read: () => string | Errno, write: (text: string) => Errno): FileEntry {
  return { kind: 'file', read, write };
}

export function link(target: string): LinkEntry {
  return { kind: 'link', target };
}

/** A directory with a fixed table of entries; undefined ones are left out. */
export function directory(
  table: Readonly<Record<string, Entry | undefined>>,
  options: { readonly complete?: boolean; readonly lacks?: (name: string) => boolean } = {},
): DirectoryEntry {
  const names = Object.keys(table).filter((name) => table[name] !== undefined).sort();
  return {
    kind: 'directory',
    complete: options.complete ?? true,
    names: () => names,
    entry: (name) => (Object.hasOwn(table, name) ? table[name] : undefined),
    ...(options.lacks === undefined ? {} : { lacks: options.lacks }),
  };
}

/** A directory of a table and of entries that come and go. */
export function dynamicDirectory(
  fixed: DirectoryEntry,
  names: () => readonly string[],
  entry: (name: string) => Entry | undefined,
): DirectoryEntry {
  return {
    ...fixed,
    names: () => [...fixed.names(), ...names()].sort(),
    entry: (name) => fixed.entry(name) ?? entry(name),
  };
}
