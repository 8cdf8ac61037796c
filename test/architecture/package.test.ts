/** The package installs from a clean clone: exact pins, a lockfile with an entry for everything it names. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function json<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../..', name), 'utf8')) as T;
}

const manifest = json<{ dependencies: Record<string, string>; devDependencies: Record<string, string>; files: string[] }>(
  'package.json',
);
const lock = json<{ packages: Record<string, LockEntry> }>('package-lock.json');
const packages = Object.entries(lock.packages);

test('every dependency is pinned exactly', () => {
  for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test('the lockfile is of this package.json', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});

// `npm ci` refuses a lockfile that leaves out another platform's optional package; `npm install` writes such a one
// when a registry does not have the package.
test('the lockfile has an entry for every package it names', () => {
  const missing = packages.flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }).filter(
      (name) => lock.packages[`${path}/node_modules/${name}`] === undefined && lock.packages[`node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});

test('every package in the lockfile has its checksum', () =>
  expect(packages.filter(([path, entry]) => path !== '' && entry.integrity === undefined).map(([path]) => path)).toEqual([]));

test('tests and sources stay out of the package', () => {
  for (const entry of manifest.files) expect(entry).not.toMatch(/^(src|test|bench|scripts)\b/);
});
