/** busybox, ndctl, daxctl and lsmem for guests of an architecture that is not the host's. */

import { copyFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { aptFor, unpackPackage } from './debian-packages.ts';
import { elfNeeds } from './elf-needs.ts';
import type { GuestArch } from './guest-arch.ts';
import { MissingHere } from './missing.ts';

const PACKAGES = ['busybox-static', 'ndctl', 'daxctl', 'util-linux'];
/** Where packages keep the programs that are taken along. */
const PROGRAMS = ['usr/bin/ndctl', 'usr/bin/daxctl', 'usr/bin/lsmem', 'usr/bin/chmem', 'bin/lsmem', 'sbin/chmem', 'usr/sbin/chmem'];
const BUSYBOX = ['bin/busybox', 'usr/bin/busybox'];

/** A file of the guest: its path there, without a leading slash, and where it lies here. */
export interface ToolFile {
  readonly path: string;
  readonly file: string;
}

export interface ForeignTools {
  readonly busybox: string;
  /** The other programs, their libraries and their loader. */
  readonly files: readonly ToolFile[];
}

const toolsFolder = (arch: GuestArch, cache: string): string => join(cache, 'tools', arch.debian);

/** The tools in the cache. @throws MissingHere with the line that brings them */
export function foreignTools(arch: GuestArch, cache: string): ForeignTools {
  const folder = toolsFolder(arch, cache);
  const busybox = join(folder, 'busybox');
  const root = join(folder, 'root');
  if (!existsSync(busybox) || !existsSync(root)) {
    throw new MissingHere(`a real kernel of ${arch.name} needs busybox, ndctl and lsmem of its own, not fetched here`, `memhp kernels fetch 6.12 --arch ${arch.name}`);
  }
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return { busybox, files: names.map((path) => ({ path, file: join(root, path) })).filter(({ file }) => statSync(file).isFile()) };
}

/** Fetches them from Debian, with the libraries they name; nothing when the cache has them. @throws MissingHere */
export function fetchForeignTools(arch: GuestArch, cache: string, say: (line: string) => void): void {
  const folder = toolsFolder(arch, cache);
  if (existsSync(join(folder, 'busybox'))) return;
  const apt = aptFor(arch.debian, join(cache, 'apt', arch.debian));
  if (!apt.names('busybox-static').includes('busybox-static')) {
    throw new MissingHere(`apt knows no busybox-static of ${arch.debian}`, 'sudo apt-get update');
  }
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(join(dirname(folder), '.fetching-'));
  try {
    say(`downloading ${PACKAGES.join(', ')} of ${arch.debian} with apt-get`);
    const unpacked = join(staging, 'unpacked');
    mkdirSync(unpacked);
    const archives = apt.downloadAll(PACKAGES);
    for (const file of archives) unpackPackage(file, unpacked, ['./usr/share']);
    const made = join(staging, 'made');
    mkdirSync(join(made, 'root'), { recursive: true });
    const busybox = BUSYBOX.map((path) => join(unpacked, path)).find((path) => existsSync(path));
    if (busybox === undefined) throw new Error(`busybox-static of ${arch.debian} holds no busybox`);
    copyFileSync(busybox, join(made, 'busybox'));
    for (const { path, file } of programFiles(unpacked)) {
      mkdirSync(dirname(join(made, 'root', path)), { recursive: true });
      copyFileSync(file, join(made, 'root', path));
    }
    for (const file of archives) rmSync(file, { force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Programs with all that they name, and what that names: the paths a guest looks at. */
function programFiles(root: string): ToolFile[] {
  const libraries = libraryPaths(root);
  const found = new Map<string, string>();
  const add = (path: string, file: string): void => {
    if (found.has(path)) return;
    found.set(path, file);
    const { interpreter, libraries: names } = elfNeeds(readFileSync(file));
    if (interpreter !== undefined) {
      const loader = insideRoot(root, interpreter);
      if (loader !== undefined) add(interpreter.slice(1), loader);
    }
    for (const name of names) {
      const library = libraries.get(name);
      if (library !== undefined) add(library.path, library.file);
    }
  };
  for (const path of PROGRAMS) {
    if (existsSync(join(root, path))) add(path.replace(/.*\//, 'usr/bin/'), join(root, path));
  }
  return [...found].map(([path, file]) => ({ path, file }));
}

/** Where a path of the guest leads here: links of packages may be absolute, and mean the guest's root. */
function insideRoot(root: string, path: string): string | undefined {
  let at = join(root, path);
  for (let links = 0; links < 10; links++) {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return existsSync(at) ? realpathSync(at) : undefined;
    if (!stat.isSymbolicLink()) return at;
    const target = readlinkSync(at);
    at = target.startsWith('/') ? join(root, target) : join(dirname(at), target);
  }
  return undefined;
}

/** Shared libraries by name, below lib and usr/lib; the loader finds them in the folder of their architecture. */
function libraryPaths(root: string): Map<string, ToolFile> {
  const found = new Map<string, ToolFile>();
  for (const base of ['lib', 'lib64', 'usr/lib', 'usr/lib64']) {
    if (!existsSync(join(root, base))) continue;
    for (const path of readdirSync(join(root, base), { recursive: true, encoding: 'utf8' })) {
      // Debian's own folders for a library: lib/aarch64-linux-gnu, not what lies deeper.
      if (!/^([^/]+\/)?[^/]+\.so[.\d]*$/.test(path)) continue;
      const name = path.replace(/.*\//, '');
      const file = join(root, base, path);
      if (existsSync(file) && !found.has(name)) found.set(name, { path: `${base}/${path}`, file: realpathSync(file) });
    }
  }
  return found;
}

/** The commands a busybox has, from the table of their names in the program: a foreign one cannot be asked. */
export function busyboxApplets(bytes: Buffer): string[] {
  const start = bytes.indexOf('[\0[[\0', 0, 'latin1');
  if (start < 0) return [];
  const names: string[] = [];
  for (const name of bytes.toString('latin1', start, start + 16_384).split('\0')) {
    if (!/^[a-z0-9_.[+-]+$/i.test(name) || (names.at(-1) ?? '') >= name) break;
    names.push(name);
  }
  return names;
}
