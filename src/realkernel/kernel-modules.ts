/** A kernel's modules on disk: found by name, unpacked, with what they depend on. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fileEntry, type CpioEntry } from './cpio.ts';
import { moduleIndex, type IndexLine } from './module-index.ts';

interface FoundModule {
  readonly name: string;
  /** Below the modules' folder, without what it was packed with: kernel/drivers/dax/kmem.ko */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly depends: readonly string[];
  readonly aliases: readonly string[];
}

const LIMIT = 256 * 1024 * 1024;

/** Files of the modules named and of all they need, with the tables modprobe and libkmod read. */
export function moduleEntries(folder: string, release: string, names: readonly string[]): CpioEntry[] {
  const paths = modulePaths(folder);
  const found = new Map<string, FoundModule>();
  const add = (name: string): void => {
    const path = paths.get(name);
    if (path === undefined || found.has(name)) return;
    const module = readModule(folder, name, path);
    found.set(name, module);
    for (const needed of module.depends) add(needed);
  };
  for (const name of names) add(name);
  const modules = [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const base = `lib/modules/${release}`;
  return [
    ...modules.map(({ path, bytes }) => fileEntry(`${base}/${path}`, bytes, 0o644)),
    ...tables(modules, found).map(([name, data]) => fileEntry(`${base}/${name}`, data, 0o644)),
  ];
}

/** Path of each module by its name, `-` written `_`. */
function modulePaths(folder: string): Map<string, string> {
  const paths = new Map<string, string>();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const name = /^(.+)\.ko(\.(xz|gz|zst))?$/.exec(entry.name)?.[1];
    if (name === undefined || !entry.isFile()) continue;
    paths.set(name.replaceAll('-', '_'), join(entry.parentPath, entry.name));
  }
  return paths;
}

function readModule(folder: string, name: string, path: string): FoundModule {
  const bytes = unpacked(path);
  const info = bytes.toString('latin1');
  const values = (key: string): string[] => [...info.matchAll(new RegExp(`\\0${key}=([^\\0]*)(?=\\0)`, 'g'))].map((m) => m[1]!);
  const depends = values('depends').flatMap((text) => text.split(',')).filter((each) => each !== '');
  return {
    name,
    path: path.slice(folder.length + 1).replace(/\.ko\..*/, '.ko'),
    bytes,
    depends: [...new Set(depends)].map((each) => each.replaceAll('-', '_')),
    aliases: values('alias'),
  };
}

function unpacked(path: string): Buffer {
  if (path.endsWith('.xz')) return execFileSync('xz', ['-dc', path], { maxBuffer: LIMIT });
  if (path.endsWith('.zst')) return execFileSync('zstd', ['-dc', path], { maxBuffer: LIMIT });
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: LIMIT }) : bytes;
}

// The table of built-in modules is left out, as it was for the first recordings: modprobe says then which they are.
function tables(
  modules: readonly FoundModule[],
  all: ReadonlyMap<string, FoundModule>,
): (readonly [string, string | Uint8Array])[] {
  const dep: IndexLine[] = modules.map((module) => {
    const needs = allNeeds(module, all).map(({ path }) => path);
    return { key: module.name, value: `${module.path}:${needs.map((path) => ` ${path}`).join('')}` };
  });
  const alias: IndexLine[] = modules.flatMap(({ name, aliases }) =>
    aliases.map((key) => ({ key: withUnderscores(key), value: name })),
  );
  return [
    ['modules.dep', dep.map(({ value }) => `${value}\n`).join('')],
    ['modules.dep.bin', moduleIndex(dep)],
    ['modules.alias', alias.map(({ key, value }) => `alias ${key} ${value}\n`).join('')],
    ['modules.alias.bin', moduleIndex(alias)],
    ['modules.symbols', ''],
    ['modules.symbols.bin', moduleIndex([])],
  ];
}

/** Everything a module needs, the module's own needs first. */
function allNeeds(module: FoundModule, all: ReadonlyMap<string, FoundModule>): FoundModule[] {
  const needs = new Set<FoundModule>();
  const above = new Set<FoundModule>();
  const walk = (each: FoundModule): void => {
    above.add(each);
    for (const name of each.depends) {
      const needed = all.get(name);
      // A broken module may need itself.
      if (needed === undefined || above.has(needed)) continue;
      // What is needed by several stands behind all of them: it is loaded from the end.
      needs.delete(needed);
      needs.add(needed);
      walk(needed);
    }
    above.delete(each);
  };
  walk(module);
  return [...needs];
}

/** As libkmod looks an alias up: `-` is `_` except within brackets. */
function withUnderscores(alias: string): string {
  return alias.replace(/\[[^\]]*\]|-/g, (part) => (part === '-' ? '_' : part));
}
