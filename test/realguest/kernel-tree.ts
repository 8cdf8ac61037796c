/**
 * Real kernels at hand: folders as `dpkg -x linux-image-….deb FOLDER` makes them, named in MEMHP_KERNELS (separated
 * by colons), and the running system's own.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KernelTree {
  /** e.g. `6.12.117+deb12-amd64` */
  readonly release: string;
  readonly vmlinuz: string;
  /** Its folder below lib/modules. */
  readonly modules: string;
}

export function kernelTrees(): KernelTree[] {
  const roots = [...(process.env['MEMHP_KERNELS'] ?? '').split(':').filter((root) => root !== ''), '/'];
  return roots.flatMap((root) => {
    const base = ['lib/modules', 'usr/lib/modules'].map((path) => join(root, path)).find((path) => existsSync(path));
    if (base === undefined) return [];
    return readdirSync(base)
      .map((release) => ({ release, vmlinuz: join(root, 'boot', `vmlinuz-${release}`), modules: join(base, release) }))
      .filter((tree) => existsSync(tree.vmlinuz) && findModule(tree, 'nfit') !== undefined);
  });
}

const FOLDERS = ['drivers/nvdimm', 'drivers/dax', 'drivers/dax/hmem', 'drivers/acpi/nfit', 'drivers/acpi', 'lib', 'crypto'];

function findModule(tree: KernelTree, name: string): string | undefined {
  for (const folder of FOLDERS) {
    const path = join(tree.modules, 'kernel', folder);
    if (!existsSync(path)) continue;
    const file = readdirSync(path).find((each) => each.replaceAll('-', '_').split('.ko')[0] === name);
    if (file !== undefined) return join(path, file);
  }
  return undefined;
}

/** The modules and what they depend on, in an order in which they can be inserted. Built-in ones are left out. */
export function modulesInOrder(tree: KernelTree, names: readonly string[]): { name: string; bytes: Uint8Array }[] {
  const found = new Map<string, Uint8Array>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const path = findModule(tree, name);
    if (path === undefined) return;
    const bytes = path.endsWith('.xz') ? execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 28 }) : readFileSync(path);
    const depends = /depends=([^\0]*)\0/.exec(bytes.toString('latin1'))?.[1] ?? '';
    for (const needed of depends.split(',').filter((each) => each !== '')) add(needed.replaceAll('-', '_'));
    found.set(name, bytes);
  };
  for (const name of names) add(name);
  return [...found].map(([name, bytes]) => ({ name, bytes }));
}
