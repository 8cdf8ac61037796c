/** Real kernels at hand: fetched from Debian, registered by path, or the running system's own. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { bzImageRelease } from './bz-image.ts';
import { findProgram, MissingHere } from './missing.ts';

const storedKernel = z.object({
  /** What it is called on the command line. */
  name: z.string(),
  /** As `uname -r` says: 6.12.117+deb12-amd64. */
  release: z.string(),
  image: z.string(),
  /** The folder of its modules, lib/modules/RELEASE; absent when it has none. */
  modules: z.string().optional(),
  /** Where it came from, for people. */
  origin: z.string(),
});

/** A kernel that can be booted. */
export type StoredKernel = z.infer<typeof storedKernel>;

/** MEMHP_CACHE, else memhp's folder among the user's caches. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { MEMHP_CACHE: own, XDG_CACHE_HOME: xdg } = env;
  if (own) return resolve(own);
  return join(xdg && xdg.startsWith('/') ? xdg : join(homedir(), '.cache'), 'memhp');
}

const kernelsFolder = (): string => join(cacheFolder(), 'kernels');

/** All kernels at hand, oldest first; of one name the stored one counts, not the system's. */
export function listKernels(): StoredKernel[] {
  const stored = namesIn(kernelsFolder()).flatMap((folder) => readKernel(join(kernelsFolder(), folder, 'kernel.json')));
  const known = new Set(stored.map(({ release }) => release));
  const own = systemKernels().filter(({ release }) => !known.has(release));
  return [...stored, ...own].sort((a, b) => compareReleases(a.release, b.release) || (a.name < b.name ? -1 : 1));
}

function readKernel(path: string): StoredKernel[] {
  try {
    const kernel = storedKernel.parse(JSON.parse(readFileSync(path, 'utf8')));
    return existsSync(kernel.image) ? [kernel] : [];
  } catch {
    // Half-written or foreign: as if it were not there.
    return [];
  }
}

function systemKernels(): StoredKernel[] {
  return namesIn('/boot').flatMap((file) => {
    const release = /^vmlinuz-(.+)$/.exec(file)?.[1];
    const modules = `/lib/modules/${release}`;
    if (release === undefined || !existsSync(modules)) return [];
    return [{ name: release, release, image: `/boot/${file}`, modules, origin: 'this system' }];
  });
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/**
 * The kernel of that name or release; the newest of a series when given `6.12`.
 * @throws MissingHere when there is none
 */
export function findKernel(name: string, kernels: readonly StoredKernel[] = listKernels()): StoredKernel {
  const exact = kernels.findLast((kernel) => kernel.name === name || kernel.release === name);
  const found = exact ?? kernels.findLast((kernel) => isOfSeries(kernel.release, name));
  if (found !== undefined) return found;
  const remedy = /^\d+\.\d+$/.test(name) ? `memhp kernels fetch ${name}` : 'memhp kernels add NAME --image FILE --modules DIR';
  throw new MissingHere(`there is no real kernel ${name} here`, remedy);
}

function isOfSeries(release: string, series: string): boolean {
  return release.startsWith(series) && !/^\d/.test(release.slice(series.length));
}

/** Orders releases by their numbers, as they come. */
export function compareReleases(a: string, b: string): number {
  const numbers = (release: string): number[] => (release.match(/\d+/g) ?? []).map(Number);
  const [ours, theirs] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const difference = (ours[i] ?? -1) - (theirs[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Registers a kernel image, and the folder with its modules, under a name. @throws Error for what is no kernel */
export function registerKernel(name: string, image: string, modules: string | undefined): StoredKernel {
  if (!/^[\w.+-]{1,64}$/.test(name)) throw new Error(`${name.slice(0, 64)} is no name: letters, digits and . + - _`);
  const release = bzImageRelease(image);
  const found = modules === undefined ? undefined : modulesFolder(resolve(modules), release);
  return store({ name, release, image: resolve(image), ...(found && { modules: found }), origin: 'registered' });
}

/** Takes the folder itself, or one that holds lib/modules/RELEASE. */
function modulesFolder(given: string, release: string): string {
  const places = [given, join(given, release), join(given, 'lib/modules', release), join(given, 'usr/lib/modules', release)];
  const found = places.find((place) => existsSync(join(place, 'kernel')));
  if (found === undefined) throw new Error(`no modules of ${release} in ${given}: there is no folder kernel/ in it`);
  return found;
}

function store(kernel: StoredKernel): StoredKernel {
  const folder = join(kernelsFolder(), kernel.name);
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `kernel.json.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(kernel, null, 2)}\n`);
  renameSync(draft, join(folder, 'kernel.json'));
  return kernel;
}

/** Subtrees of a kernel's modules that no memory driver needs; they are three quarters of the package. */
const LEFT_OUT = [
  'sound', 'fs', 'net', 'drivers/gpu', 'drivers/net', 'drivers/media', 'drivers/staging', 'drivers/usb', 'drivers/scsi',
  'drivers/infiniband', 'drivers/iio', 'drivers/hid', 'drivers/input', 'drivers/hwmon', 'drivers/isdn', 'drivers/video',
  'drivers/mtd', 'drivers/md', 'drivers/power', 'drivers/platform', 'drivers/i2c', 'drivers/leds', 'drivers/bluetooth',
];

export interface FetchOptions {
  /** Told what is being done. */
  readonly say?: (line: string) => void;
}

/**
 * Fetches Debian's newest kernel package of a series with apt and unpacks what a guest needs of it into the cache.
 * Needs no root. @throws MissingHere when apt is not there or knows no such package
 */
export function fetchKernel(series: string, { say = () => {} }: FetchOptions = {}): StoredKernel {
  if (!/^\d+\.\d+(\.\d+)?$/.test(series)) throw new Error(`${series.slice(0, 40)} is no kernel series: write 6.12`);
  for (const program of ['apt-get', 'apt-cache', 'dpkg-deb', 'tar']) {
    if (findProgram(program) !== undefined) continue;
    throw new MissingHere(`fetching a kernel needs ${program}`, 'memhp kernels add NAME --image FILE --modules DIR');
  }
  const name = newestPackage(series);
  const release = name.slice('linux-image-'.length);
  const folder = join(kernelsFolder(), release);
  const known = readKernel(join(folder, 'kernel.json'))[0];
  if (known !== undefined) return known;
  mkdirSync(kernelsFolder(), { recursive: true });
  const staging = mkdtempSync(join(kernelsFolder(), '.fetching-'));
  try {
    say(`downloading ${name} with apt-get`);
    run('apt-get', ['download', '-q', name], staging);
    const file = readdirSync(staging).find((each) => each.endsWith('.deb'));
    if (file === undefined) throw new Error(`apt-get download ${name} left no package`);
    say(`unpacking ${file}`);
    const exclude = LEFT_OUT.map((path) => `--exclude=./lib/modules/*/kernel/${path}`);
    const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x "${@:2}" --exclude=./boot/System.map-* --exclude=./usr/share';
    run('bash', ['-o', 'pipefail', '-c', unpack, 'unpack', file, ...exclude], staging);
    rmSync(join(staging, file));
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
    const image = join(folder, 'boot', `vmlinuz-${release}`);
    const modules = modulesFolder(folder, release);
    return store({ name: release, release, image, modules, origin: file });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function newestPackage(series: string): string {
  const pattern = new RegExp(`^linux-image-(${series.replaceAll('.', '\\.')}\\.[0-9.]+([+-][0-9a-z~.]+)*-amd64)$`);
  const search = (): string[] => {
    const found = spawnSync('apt-cache', ['pkgnames', `linux-image-${series}`], { encoding: 'utf8' }).stdout ?? '';
    return found.split('\n').flatMap((name) => {
      const release = pattern.exec(name)?.[1];
      return release === undefined || /-(cloud|rt|dbg|unsigned)/.test(release) ? [] : [release];
    });
  };
  let found = search();
  // A fresh container has no package lists.
  if (found.length === 0 && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', timeout: 300_000 });
    found = search();
  }
  const newest = found.sort(compareReleases).at(-1);
  if (newest === undefined) throw new MissingHere(`apt knows no kernel package of the series ${series}`, 'sudo apt-get update');
  return `linux-image-${newest}`;
}

function run(program: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 15 * 60_000, stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.status === 0) return;
  const why = done.error?.message ?? done.stderr.trim().split('\n').slice(-3).join('; ');
  throw new MissingHere(`${program} ${args[0] ?? ''} failed: ${why}`, `see that apt works: apt-get download ${args.at(-1) ?? ''}`);
}

/** The folder for what is built from kernels and programs here. */
export function imageFolder(): string {
  const folder = join(cacheFolder(), 'images');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes a kernel from the cache; files that were registered by path stay where they are. */
export function forgetKernel(kernel: StoredKernel): void {
  const folder = join(kernelsFolder(), kernel.name);
  if (dirname(folder) === kernelsFolder()) rmSync(folder, { recursive: true, force: true });
}
