/** A tree as a process sees it: relative paths, `.` and `..`, links followed. */

import { ENOENT, ENOTDIR, type Errno } from '../kernel/errno.ts';
import type { FileKind, FileTree, WritableFileTree } from '../sysfs/file-tree.ts';
import { NotModelled } from './tool.ts';

/** More links than this on one path go nowhere. @kernel include/linux/namei.h: MAXSYMLINKS */
const MAX_LINKS = 40;

/** A `.`, `..` or empty component, or a slash at the end. */
const NEEDS_WALK = /\/\.{0,2}(?:\/|$)/;

function unknown(path: string): NotModelled {
  return new NotModelled(`${path} is not modelled: memhp cannot tell whether it exists`);
}

/** Absolute path of `path` seen from `base`, `.` and double slashes removed, `..` kept for the walk. */
function splitPath(base: string, path: string): string[] {
  return (path.startsWith('/') ? path : `${base}/${path}`).split('/').filter((name) => name !== '' && name !== '.');
}

/** Throws NotModelled where the tree does not know what a real machine has. */
export class ProcessFiles implements WritableFileTree {
  readonly #tree: WritableFileTree;
  /** Working directory, absolute. */
  cwd = '/';

  constructor(tree: WritableFileTree) {
    this.#tree = tree;
  }

  /** Where a path leads, links in it followed (the last one only if asked), or −ENOENT, −ENOTDIR. */
  resolve(path: string, followLast = true): string | Errno {
    if (path === '') return -ENOENT;
    // Links are no directories to the tree: a plain path that it finds has none on its way.
    if (path.startsWith('/') && !NEEDS_WALK.test(path)) {
      const kind = this.#tree.kind(path);
      if (kind !== undefined && (kind !== 'link' || !followLast)) return path;
    }
    // A slash at the end follows the last link, too.
    const follow = followLast || path.endsWith('/');
    const todo = splitPath(this.cwd, path).reverse();
    let at = '';
    for (let links = 0; ; ) {
      const name = todo.pop();
      if (name === undefined) return at === '' ? '/' : at;
      if (name === '..') {
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
        continue;
      }
      const next = `${at}/${name}`;
      const kind = this.#tree.kind(next);
      const isLast = todo.length === 0;
      if (kind === 'link' && (!isLast || follow)) {
        if (++links > MAX_LINKS) return -ENOENT;
        const target = this.#tree.readlink(next);
        if (typeof target === 'number') return target;
        if (target.startsWith('/')) at = '';
        todo.push(...splitPath('', target).reverse());
        continue;
      }
      if (kind === undefined && this.#tree.covers?.(next) === false) throw unknown(next);
      if (!isLast && kind === undefined) return -ENOENT;
      if (!isLast && kind === 'file') return -ENOTDIR;
      at = next;
    }
  }

  /** The path, unless it is a file the model knows only by name. */
  #known(at: string): string {
    if (this.#tree.kind(at) === 'file' && this.#tree.covers?.(at) === false) {
      throw new NotModelled(`the content of ${at} is not modelled`);
    }
    return at;
  }

  kind(path: string): FileKind | undefined {
    const at = this.resolve(path, false);
    return typeof at === 'number' ? undefined : at === '/' ? 'directory' : this.#tree.kind(at);
  }

  /** What a path leads to in the end; undefined for a dangling link, too. */
  kindFollowed(path: string): FileKind | undefined {
    const at = this.resolve(path);
    return typeof at === 'number' ? undefined : at === '/' ? 'directory' : this.#tree.kind(at);
  }

  read(path: string): string | Errno {
    const at = this.resolve(path);
    return typeof at === 'number' ? at : this.#tree.read(this.#known(at));
  }

  list(path: string): readonly string[] | Errno {
    const at = this.resolve(path);
    if (typeof at === 'number') return at;
    const names = this.#tree.list(at);
    if (typeof names !== 'number' && this.#tree.covers?.(at) === false) {
      throw new NotModelled(`${at} is modelled in part: memhp cannot list it`);
    }
    return names;
  }

  /**
   * Names in a directory that a pattern starting with `prefix` may match; [] where there is no such directory.
   * A directory known in part will do when all of its names with that prefix and a number are known.
   */
  namesForPattern(path: string, prefix: string): readonly string[] {
    const at = this.resolve(path);
    const names = typeof at === 'number' ? at : this.#tree.list(at);
    if (typeof names === 'number') return [];
    if (prefix !== '' && this.#tree.covers?.(`${at}/${prefix}0`) === true) return names;
    return this.list(path) as readonly string[];
  }

  readlink(path: string): string | Errno {
    const at = this.resolve(path, false);
    return typeof at === 'number' ? at : this.#tree.readlink(at);
  }

  write(path: string, text: string): Errno {
    const at = this.resolve(path);
    return typeof at === 'number' ? at : this.#tree.write(this.#known(at), text);
  }
}

/** Whether a path leads to a directory, links followed: what a slash behind it asks. */
export function isDirectory(files: FileTree, path: string): boolean {
  return files.kind(`${path}/`) === 'directory';
}
