/** The initramfs a guest boots into: busybox, the memory tools with their libraries, the modules, the agent. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MODULE_NAMES } from '../drivers/modules.ts';
import { cpio, fileEntry, linkEntry, type CpioEntry } from './cpio.ts';
import { INIT, PAGES_SCRIPT, STATE_SCRIPT } from './guest-agent.ts';
import { busyboxApplets, foreignTools } from './foreign-tools.ts';
import { isForeign } from './guest-arch.ts';
import { moduleEntries } from './kernel-modules.ts';
import { archOfKernel, cacheFolder, imageFolder, type StoredKernel } from './kernel-store.ts';
import { findProgram, guestPrograms } from './missing.ts';

/** Modules the model does not know and people may still want to load. */
const FURTHER_MODULES = ['cxl_core', 'cxl_acpi', 'cxl_pci', 'cxl_port', 'cxl_mem', 'cxl_pmem', 'virtio_pmem', 'nd_virtio'];
/** Tools that are taken along when the host has them. */
const FURTHER_TOOLS = ['chmem', 'cxl'];
/** Names that must not be links to busybox: itself, and commands that are to be the real ones. */
const REAL_TOOLS = new Set(['busybox', 'ndctl', 'daxctl', 'lsmem', ...FURTHER_TOOLS]);

/**
 * The path of the initramfs for a kernel, built when the cache has none of this kernel with these programs.
 * @throws MissingHere for programs that are not installed
 */
export function guestImage(kernel: StoredKernel): string {
  const { programs, entries: tools } = toolsFor(kernel);
  const path = join(imageFolder(), `${cacheKey(kernel, programs)}.cpio.gz`);
  if (existsSync(path)) return path;
  const entries = [...tools(), ...agentEntries()];
  if (kernel.modules !== undefined) {
    entries.push(...moduleEntries(kernel.modules, kernel.release, [...MODULE_NAMES, ...FURTHER_MODULES]));
  }
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, gzipSync(cpio(entries), { level: 6 }));
  renameSync(draft, path);
  removeOldImages(kernel, path);
  return path;
}

/** The programs an image is made of, for its name, and how they become its entries. */
interface GuestTools {
  readonly programs: readonly string[];
  readonly entries: () => CpioEntry[];
}

/** The host's own programs where the guest is of its kind, else those fetched for the guest's architecture. */
function toolsFor(kernel: StoredKernel): GuestTools {
  const arch = archOfKernel(kernel);
  const programs = guestPrograms(undefined, arch);
  if (isForeign(arch)) {
    const { busybox, files } = foreignTools(arch, cacheFolder());
    const entries = (): CpioEntry[] => [
      ...busyboxEntries(busybox, busyboxApplets(readFileSync(busybox))),
      ...files.map(({ path, file }) => fileEntry(path, readFileSync(file))),
    ];
    return { programs: [busybox, ...files.map(({ file }) => file)], entries };
  }
  const busybox = realpathSync(programs.busybox);
  const tools = [programs.ndctl, programs.daxctl, programs.lsmem, ...FURTHER_TOOLS.flatMap((name) => findProgram(name) ?? [])];
  return { programs: [busybox, ...tools], entries: () => toolEntries(busybox, tools) };
}

/** Images of the same kernel that nobody has asked for lately: others may be about to boot a young one. */
function removeOldImages(kernel: StoredKernel, fresh: string): void {
  for (const name of readdirSync(imageFolder())) {
    const path = join(imageFolder(), name);
    if (!name.startsWith(`${kernel.release}-`) || !name.endsWith('.cpio.gz') || path === fresh) continue;
    if (Date.now() - statSync(path).mtimeMs > KEEP_IMAGES) rmSync(path, { force: true });
  }
}

/** How long an image that is out of date is kept, in ms. */
const KEEP_IMAGES = 3_600_000;
/** Counted up when images are put together in another way. */
const FORM = 2;

/** Changes with everything that goes into the image. */
function cacheKey(kernel: StoredKernel, programs: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([FORM, kernel.release, kernel.modules, INIT, STATE_SCRIPT, PAGES_SCRIPT, MODULE_NAMES]));
  for (const file of [...programs, kernel.modules ?? kernel.image]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return `${kernel.release}-${hash.digest('hex').slice(0, 16)}`;
}

function toolEntries(busybox: string, tools: readonly string[]): CpioEntry[] {
  const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter((name) => name !== '');
  return [
    ...busyboxEntries(busybox, applets),
    ...tools.map((tool) => fileEntry(`usr/bin/${tool.replace(/.*\//, '')}`, readFileSync(tool))),
    ...new Map(tools.flatMap(libraries).map((entry) => [entry.path, entry])).values(),
  ];
}

function busyboxEntries(busybox: string, applets: readonly string[]): CpioEntry[] {
  return [
    fileEntry('bin/busybox', readFileSync(busybox)),
    ...applets.filter((name) => !REAL_TOOLS.has(name)).map((name) => linkEntry(`bin/${name}`, 'busybox')),
    linkEntry('sbin/modprobe', '../bin/busybox'),
  ];
}

/** What a program is linked with, each at the path the loader asks for. */
function libraries(program: string): CpioEntry[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' });
  const paths = [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] as string);
  return paths.map((path) => fileEntry(path.slice(1), readFileSync(path)));
}

function agentEntries(): CpioEntry[] {
  return [
    fileEntry('init', INIT),
    fileEntry('bin/memhp-state', STATE_SCRIPT),
    fileEntry('bin/memhp-pages', PAGES_SCRIPT),
    ...['dev', 'proc', 'sys', 'tmp', 'etc', 'run', 'var'].map((path) => ({ path, mode: 0o040755, data: new Uint8Array() })),
  ];
}
