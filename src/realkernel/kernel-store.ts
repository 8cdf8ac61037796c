/** Real kernels at hand: fetched from Debian, registered by path, or the running system's own. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { aptFor, unpackPackage, type Apt } from './debian-packages.ts';
import { fetchForeignTools } from './foreign-tools.ts';
import { guestArch, guestArchByName, GUEST_ARCH_NAMES, isForeign, type GuestArch } from './guest-arch.ts';
import { readKernelImage } from './kernel-image.ts';
import { MissingHere } from './missing.ts';

/** What is kept of a kernel beside its image. */
export const storedKernel = z.object({
  name: z.string().describe('what it is called on the command line'),
  release: z.string().describe('as `uname -r` says: 6.12.117+deb12-amd64'),
  arch: z.enum(GUEST_ARCH_NAMES).optional().describe('as profiles name it; x86_64 when absent'),
  image: z.string(),
  modules: z.string().optional().describe('the folder of its modules, lib/modules/RELEASE; absent when it has none'),
  origin: z.string().describe('where it came from, for people'),
});

/** A kernel that can be booted. */
export type StoredKernel = z.infer<typeof storedKernel>;

/** The architecture of a kernel. */
export function archOfKernel(kernel: Pick<StoredKernel, 'arch'>): GuestArch {
  return guestArch(kernel.arch ?? 'x86_64');
}

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

/** `6.12-arm64` → series and architecture; undefined for what is no series. */
export function parseSeries(text: string): { readonly series: string; readonly arch: GuestArch | undefined } | undefined {
  const [, series, suffix] = /^(\d+\.\d+(?:\.\d+)?)(?:-([a-z0-9_]+))?$/.exec(text) ?? [];
  if (series === undefined) return undefined;
  const arch = suffix === undefined ? undefined : guestArchByName(suffix);
  return suffix !== undefined && arch === undefined ? undefined : { series, arch };
}

/**
 * The kernel of that name or release; the newest of a series when given `6.12` or `6.12-arm64`. `arch` is what is meant
 * by a series that names no architecture.
 * @throws MissingHere when there is none
 */
export function findKernel(name: string, kernels: readonly StoredKernel[] = listKernels(), arch?: string): StoredKernel {
  const wanted = parseSeries(name);
  const ofArch = wanted?.arch?.name ?? arch ?? 'x86_64';
  const isOfArch = (kernel: StoredKernel): boolean => wanted === undefined || archOfKernel(kernel).name === ofArch;
  const exact = kernels.findLast((kernel) => (kernel.name === name || kernel.release === name) && isOfArch(kernel));
  const found = exact ?? kernels.findLast((kernel) => isOfSeries(kernel.release, wanted?.series ?? name) && isOfArch(kernel));
  if (found !== undefined) return found;
  const full = wanted === undefined || ofArch === 'x86_64' || wanted.arch !== undefined ? name : `${name}-${ofArch}`;
  const remedy = wanted === undefined ? 'memhp kernels add NAME --image FILE --modules DIR' : `memhp kernels fetch ${full}`;
  throw new MissingHere(`there is no real kernel ${full} here`, remedy);
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
  const { release, arch } = readKernelImage(image);
  const found = modules === undefined ? undefined : modulesFolder(resolve(modules), release);
  return store({ name, release, ...archField(arch), image: resolve(image), ...(found && { modules: found }), origin: 'registered' });
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
 * Fetches Debian's newest kernel package of a series with apt and unpacks what a guest needs of it into the cache; of
 * another architecture than the host's, the guest's programs too. `6.12`, or `6.12-arm64`. Needs no root.
 * @throws MissingHere when apt is not there or knows no such package
 */
export function fetchKernel(text: string, { say = () => {} }: FetchOptions = {}): StoredKernel {
  const wanted = parseSeries(text);
  if (wanted === undefined) {
    const names = GUEST_ARCH_NAMES.join(', ');
    throw new Error(`${text.slice(0, 40)} is no kernel series: write 6.12, or 6.12-arm64 (architectures are ${names})`);
  }
  const { series, arch = guestArch('x86_64') } = wanted;
  const apt = aptFor(arch.debian, join(cacheFolder(), 'apt', arch.debian));
  if (isForeign(arch)) fetchForeignTools(arch, cacheFolder(), say);
  const name = newestPackage(series, arch, apt);
  const release = name.slice('linux-image-'.length);
  const folder = join(kernelsFolder(), release);
  const known = readKernel(join(folder, 'kernel.json'))[0];
  if (known !== undefined) return known;
  mkdirSync(kernelsFolder(), { recursive: true });
  const staging = mkdtempSync(join(kernelsFolder(), '.fetching-'));
  try {
    say(`downloading ${name} with apt-get`);
    const file = apt.download(name, staging);
    say(`unpacking ${file}`);
    const exclude = LEFT_OUT.map((path) => `./lib/modules/*/kernel/${path}`);
    unpackPackage(file, staging, [...exclude, './boot/System.map-*', './usr/share']);
    rmSync(join(staging, file));
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
    const image = join(folder, 'boot', `${arch.image}-${release}`);
    const modules = modulesFolder(folder, release);
    return store({ name: release, release, ...archField(arch), image, modules, origin: file });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function archField(arch: GuestArch): Pick<StoredKernel, 'arch'> {
  return arch.name === 'x86_64' ? {} : { arch: arch.name };
}

function newestPackage(series: string, arch: GuestArch, apt: Apt): string {
  const pattern = new RegExp(`^linux-image-(${series.replaceAll('.', '\\.')}\\.[0-9.]+([+-][0-9a-z~.]+)*-${arch.flavour})$`);
  const search = (): string[] =>
    apt.names(`linux-image-${series}`).flatMap((name) => {
      const release = pattern.exec(name)?.[1];
      return release === undefined || /-(cloud|rt|dbg|unsigned)/.test(release) ? [] : [release];
    });
  let found = search();
  // A fresh container has no package lists.
  if (found.length === 0 && apt.update()) found = search();
  const newest = found.sort(compareReleases).at(-1);
  if (newest === undefined) {
    throw new MissingHere(`apt knows no kernel package of the series ${series} for ${arch.debian}`, 'sudo apt-get update');
  }
  return `linux-image-${newest}`;
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
