/** Compiles src/ to dist/ and the page to dist/web. The new build replaces the old one only when it is complete. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isStale } from './freshness.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Written last, so that a build that was cut short counts as none. */
const stamp = join(dist, '.built');
const sources = ['src', 'web', 'scripts/build-web.js', 'package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name));

/** Builds; returns the exit status of the first step that failed. */
export function build() {
  const fresh = join(root, `dist.${process.pid}`);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const started = Date.now();
  try {
    const run = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (run.status !== 0) return run.status ?? 1;
    const page = spawnSync(process.execPath, [join(root, 'scripts', 'build-web.js'), join(fresh, 'web')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (page.status !== 0) return page.status ?? 1;
    const main = join(fresh, 'cli', 'main.js');
    if (existsSync(main)) chmodSync(main, 0o755);
    writeFileSync(join(fresh, '.built'), `${new Date(started).toISOString()}\n`);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Builds when a source is newer than the last build. */
export function buildIfStale(say = console.error) {
  if (!isStale(stamp, sources)) return 0;
  say('memhp: building (sources are newer than dist/) …');
  return build();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = build();
