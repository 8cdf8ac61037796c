/** A file tree held in memory: what an archive held, or what a test makes. */

import { EINVAL, EISDIR, ENOENT, ENOTDIR, type Errno } from '../kernel/errno.ts';
import type { FileKind, FileTree } from '../sysfs/file-tree.ts';
import { baseName, inCLocale, normalPath, parentOf } from './paths.ts';

type Stored =
  | { readonly kind: 'file'; readonly text: string }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly names: Set<string> };

export class StoredTree implements FileTree {
  readonly #entries = new Map<string, Stored>([['/', { kind: 'directory', names: new Set() }]]);

  addFile(path: string, text: string): void {
    this.#add(path, { kind: 'file', text });
  }

  addLink(path: string, target: string): void {
    this.#add(path, { kind: 'link', target });
  }

  addDirectory(path: string): void {
    const normal = normalPath(path);
    if (normal !== undefined && !this.#entries.has(normal)) this.#add(normal, { kind: 'directory', names: new Set() });
  }

  #add(path: string, entry: Stored): void {
    const normal = normalPath(path);
    // A name that climbs out, or replaces a directory that is filled, is not part of any tree.
    if (normal === undefined || normal === '/') return;
    const old = this.#entries.get(normal);
    if (old?.kind === 'directory' && old.names.size > 0) return;
    this.#entries.set(normal, entry);
    for (let at = normal; at !== '/';) {
      const up = parentOf(at);
      let directory = this.#entries.get(up);
      if (directory?.kind === 'directory') {
        directory.names.add(baseName(at));
        return;
      }
      directory = { kind: 'directory', names: new Set([baseName(at)]) };
      this.#entries.set(up, directory);
      at = up;
    }
  }

  /** Every path stored, in order of arrival. */
  paths(): Iterable<string> {
    return this.#entries.keys();
  }

  kind(path: string): FileKind | undefined {
    return this.#find(path)?.kind;
  }

  read(path: string): string | Errno {
    const entry = this.#find(path);
    if (entry === undefined) return -ENOENT;
    if (entry.kind === 'file') return entry.text;
    return entry.kind === 'directory' ? -EISDIR : -EINVAL;
  }

  list(path: string): readonly string[] | Errno {
    const entry = this.#find(path);
    if (entry === undefined) return -ENOENT;
    return entry.kind === 'directory' ? inCLocale(entry.names) : -ENOTDIR;
  }

  readlink(path: string): string | Errno {
    const entry = this.#find(path);
    if (entry === undefined) return -ENOENT;
    return entry.kind === 'link' ? entry.target : -EINVAL;
  }

  #find(path: string): Stored | undefined {
    const normal = normalPath(path);
    return normal === undefined ? undefined : this.#entries.get(normal);
  }
}

/** The tree as seen from `root`, or with `mount` standing for `root` (a memory folder copied without its /sys). */
export function subTree(tree: FileTree, root: string, mount = '/'): FileTree {
  if (root === '/' && mount === '/') return tree;
  const translate = (path: string): string | undefined => {
    const normal = normalPath(path);
    if (normal === undefined) return undefined;
    if (mount === '/') return (root === '/' ? '' : root) + normal;
    if (normal === mount) return root;
    return normal.startsWith(mount + '/') ? (root === '/' ? '' : root) + normal.slice(mount.length) : undefined;
  };
  const onTheWay = (path: string): string | undefined => {
    const normal = normalPath(path);
    if (normal === undefined || mount === '/') return undefined;
    const prefix = normal === '/' ? '/' : normal + '/';
    return mount.startsWith(prefix) ? (mount.slice(prefix.length).split('/')[0] as string) : undefined;
  };
  const at = <T>(path: string, ask: (inner: string) => T, absent: T): T => {
    const inner = translate(path);
    return inner === undefined ? absent : ask(inner);
  };
  return {
    kind: (path) => (onTheWay(path) === undefined ? at(path, (inner) => tree.kind(inner), undefined) : 'directory'),
    read: (path) =>
      onTheWay(path) === undefined ? at<string | Errno>(path, (inner) => tree.read(inner), -ENOENT) : -EISDIR,
    list: (path) => {
      const step = onTheWay(path);
      return step === undefined ? at<readonly string[] | Errno>(path, (inner) => tree.list(inner), -ENOENT) : [step];
    },
    readlink: (path) => at<string | Errno>(path, (inner) => tree.readlink(inner), -ENOENT),
  };
}
