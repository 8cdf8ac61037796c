/** What this host lacks to run a real kernel, and the line that brings it. */

import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { guestArch, isForeign, type GuestArch } from './guest-arch.ts';

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

/** Programs a guest needs on the host besides its emulator, and Debian's packages that hold them. */
const GUEST_NEEDS = {
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

/**
 * Paths of all programs a guest needs here; the tools of a guest of another architecture are fetched with its kernel.
 * @throws MissingHere naming every one that is not there, and one line for all
 */
export function guestPrograms(path?: string, arch: GuestArch = guestArch('x86_64')): Readonly<Record<GuestProgram | 'qemu', string>> {
  const needs: readonly (readonly [key: GuestProgram | 'qemu', name: string, inPackage: string])[] = [
    ['qemu', arch.qemu, arch.qemuPackage],
    ...(Object.keys(GUEST_NEEDS) as GuestProgram[])
      .filter((name) => name === 'xz' || !isForeign(arch))
      .map((name) => [name, name, GUEST_NEEDS[name]] as const),
  ];
  const places = needs.map(([key, name, inPackage]) => ({ key, name, inPackage, place: findProgram(name, path) }));
  const missing = places.filter(({ name, place }) => place === undefined || (name === 'busybox' && !isStatic(place)));
  if (missing.length > 0) {
    const words = missing.map(({ name }) => (name === 'busybox' ? 'a static busybox' : name)).join(', ');
    const packages = [...new Set(missing.map(({ inPackage }) => inPackage))];
    throw new MissingHere(
      `a real kernel needs ${words}, not installed here`,
      `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    );
  }
  return Object.fromEntries(places.map(({ key, place }) => [key, place])) as Record<GuestProgram | 'qemu', string>;
}

/** In a guest there are no libraries but those it brings along. */
function isStatic(program: string): boolean {
  return !readFileSync(program).includes('/ld-linux');
}
