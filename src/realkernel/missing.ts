/** What this host lacks to run a real kernel, and the line that brings it. */

import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something is not installed or not fetched. Exit status 3. */
export class MissingHere extends Error {
  override readonly name = 'MissingHere';
  /** The line to type. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Programs a guest needs on the host, and Debian's packages that hold them. */
export const GUEST_NEEDS = {
  'qemu-system-x86_64': 'qemu-system-x86',
  busybox: 'busybox-static',
  ndctl: 'ndctl',
  daxctl: 'daxctl',
  lsmem: 'util-linux',
  xz: 'xz-utils',
  ldd: 'libc-bin',
} as const;

export type GuestProgram = keyof typeof GUEST_NEEDS;

/** The full path of a program on PATH or where administrators' programs stand; undefined when it is nowhere. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  for (const folder of [...path.split(delimiter), '/usr/sbin', '/sbin']) {
    if (folder === '') continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Paths of all programs a guest needs. @throws MissingHere naming every one that is not there, and one line for all. */
export function guestPrograms(path?: string): Readonly<Record<GuestProgram, string>> {
  const names = Object.keys(GUEST_NEEDS) as GuestProgram[];
  const found = names.map((name) => [name, findProgram(name, path)] as const);
  const unfit = ([name, place]: readonly [string, string | undefined]): boolean =>
    place === undefined || (name === 'busybox' && !isStatic(place));
  const missing = found.filter(unfit).map(([name]) => name);
  if (missing.length > 0) {
    const words = missing.map((name) => (name === 'busybox' ? 'a static busybox' : name)).join(', ');
    const packages = [...new Set(missing.map((name) => GUEST_NEEDS[name]))];
    throw new MissingHere(
      `a real kernel needs ${words}, not installed here`,
      `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    );
  }
  return Object.fromEntries(found) as Record<GuestProgram, string>;
}

/** In a guest there are no libraries but those it brings along. */
function isStatic(program: string): boolean {
  return !readFileSync(program).includes('/ld-linux');
}
