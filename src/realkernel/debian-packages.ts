/** Debian packages of any architecture, through an apt of our own: the host's configuration stays as it is. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostDebianArch } from './guest-arch.ts';
import { findProgram, MissingHere } from './missing.ts';

const MINUTES = 60_000;
/** Package lists older than this are fetched anew before a package is missed, in ms. */
const LISTS_STALE = 24 * 60 * MINUTES;

/** apt for one architecture. */
export interface Apt {
  /** All package names that begin so. */
  names(prefix: string): string[];
  /** Fetches the package lists; false when that failed. */
  update(): boolean;
  /** Downloads one package into a folder; returns its file's name. */
  download(name: string, folder: string): string;
  /** Downloads packages with all they depend on, as if nothing were installed; returns the files' paths. */
  downloadAll(names: readonly string[]): string[];
}

/**
 * The host's own apt for its own architecture. For another, one with its state in `folder`: it reads the host's list
 * of sources and nothing else, and needs no root. @throws MissingHere without apt
 */
export function aptFor(debianArch: string, folder: string): Apt {
  for (const program of ['apt-get', 'apt-cache', 'dpkg-deb', 'tar']) {
    if (findProgram(program) !== undefined) continue;
    throw new MissingHere(`fetching a kernel needs ${program}`, 'memhp kernels add NAME --image FILE --modules DIR');
  }
  const own = debianArch === hostDebianArch();
  const options = own ? [] : foreignOptions(debianArch, folder);
  const archives = join(folder, 'cache', 'archives');
  return {
    names(prefix) {
      if (!own && !hasFreshLists(folder)) this.update();
      const { stdout } = spawnSync('apt-cache', [...options, 'pkgnames', prefix], { encoding: 'utf8' });
      return (stdout ?? '').split('\n').filter((name) => name !== '');
    },
    update() {
      // The host's own lists are the administrator's.
      if (own && process.getuid?.() !== 0) return false;
      return spawnSync('apt-get', [...options, 'update', '-q'], { stdio: 'ignore', timeout: 5 * MINUTES }).status === 0;
    },
    download(name, into) {
      const before = new Set(readdirSync(into));
      run('apt-get', [...options, 'download', '-q', name], into);
      const file = readdirSync(into).find((each) => each.endsWith('.deb') && !before.has(each));
      if (file === undefined) throw new Error(`apt-get download ${name} left no package`);
      return file;
    },
    downloadAll(names) {
      rmSync(archives, { recursive: true, force: true });
      mkdirSync(join(archives, 'partial'), { recursive: true });
      run('apt-get', [...options, 'install', '-y', '-q', '--download-only', '--no-install-recommends', ...names], folder);
      return readdirSync(archives).filter((file) => file.endsWith('.deb')).map((file) => join(archives, file));
    },
  };
}

function foreignOptions(debianArch: string, folder: string): string[] {
  const state = join(folder, 'state');
  const cache = join(folder, 'cache');
  for (const each of [join(state, 'lists', 'partial'), join(cache, 'archives', 'partial')]) mkdirSync(each, { recursive: true });
  const status = join(state, 'status');
  if (!existsSync(status)) writeFileSync(status, '');
  const settings = [
    `APT::Architecture=${debianArch}`,
    `APT::Architectures::=${debianArch}`,
    `Dir::State=${state}`,
    `Dir::State::status=${status}`,
    `Dir::Cache=${cache}`,
    // Hooks of the host's configuration are for packages that are installed.
    'APT::Update::Post-Invoke-Success=',
    'Debug::NoLocking=1',
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

function hasFreshLists(folder: string): boolean {
  const lists = join(folder, 'state', 'lists');
  return readdirSync(lists).some((name) => name.endsWith('Packages') && Date.now() - statSync(join(lists, name)).ctimeMs < LISTS_STALE);
}

function run(program: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 15 * MINUTES, stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.status === 0) return;
  const why = done.error?.message ?? done.stderr.trim().split('\n').slice(-3).join('; ');
  throw new MissingHere(`${program} failed: ${why}`, `see that apt works: apt-get download ${args.at(-1) ?? ''}`);
}

/** Unpacks a package's files into a folder, without the paths named. */
export function unpackPackage(file: string, into: string, exclude: readonly string[] = []): void {
  const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x "${@:2}"';
  run('bash', ['-o', 'pipefail', '-c', unpack, 'unpack', file, ...exclude.map((path) => `--exclude=${path}`)], into);
}
