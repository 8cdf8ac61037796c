/**
 * `npm run bench`: every variant in a process of its own, the variants of a group in turn, several rounds, minimum
 * kept. What counts are the ratios within one run: see bench/README.md.
 *
 *   npm run bench -- [--rounds N] [--only TEXT] [--json FILE]
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.js';
import { benchGroups } from './bench-groups.js';
import { findProgram, installLine, DEBIAN_NEEDS } from './setup.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) {
  console.error('bench: --rounds takes a number from 1 to 1000');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'memhp-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

function must(heading, command, args) {
  const run = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status !== 0) {
    console.error(`bench: ${heading} failed`);
    process.exit(1);
  }
}

/** Compiles the C side; undefined without a compiler. */
function compileBaseline() {
  const gcc = findProgram('gcc');
  if (gcc === undefined) {
    console.log(`!!! SKIPPED without gcc: every C variant. To run them too: ${installLine([DEBIAN_NEEDS[0]])}`);
    return undefined;
  }
  const baseline = join(scratch, 'baseline');
  must('compiling bench/baseline.c', gcc, ['-std=c11', '-O2', '-o', baseline, join(root, 'bench', 'baseline.c')]);
  return baseline;
}

/** Runs a variant once: nanoseconds for one operation and a checksum. */
function runOnce(variant) {
  const started = process.hrtime.bigint();
  const run = spawnSync(variant.command, variant.args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const wall = Number(process.hrtime.bigint() - started);
  if (run.status !== 0) {
    console.error(`bench: ${variant.name} ended with ${run.status ?? run.signal}\n${run.stderr}`);
    process.exit(1);
  }
  // A variant without a report is measured from outside: the whole process.
  if (variant.wallTime) return { ns: wall, checksum: 0 };
  return JSON.parse(run.stdout.trim().split('\n').at(-1));
}

function format(ns) {
  if (ns < 1e3) return `${ns.toFixed(2)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(2)} µs`;
  return `${(ns / 1e6).toFixed(2)} ms`;
}

if (buildIfStale() !== 0) {
  console.error('bench: the build failed; `npm run check` shows why');
  process.exit(1);
}
mkdirSync(join(root, '.bench'), { recursive: true });
must('compiling bench/', process.execPath, [
  join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'bench', 'tsconfig.json'),
]);
const baseline = compileBaseline();

const load = loadavg()[0];
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, load ${load.toFixed(2)}`);
if (load > availableParallelism() / 4) console.log('!!! The machine is busy: trust the ratios, not the times.');

const results = [];
for (const group of benchGroups(root, baseline)) {
  if (!group.title.includes(values.only)) continue;
  const missing = group.variants.filter((variant) => variant.needs !== undefined && !existsSync(variant.needs));
  for (const variant of missing) console.log(`!!! SKIPPED ${group.title}, ${variant.name}: ${variant.needs} is not there`);
  const variants = group.variants.filter((variant) => !missing.includes(variant));
  const best = new Map(variants.map((variant) => [variant, { ns: Infinity, checksum: undefined }]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      const { ns, checksum } = runOnce(variant);
      const kept = best.get(variant);
      if (ns < kept.ns) best.set(variant, { ns, checksum });
    }
  }
  const checksums = new Set([...best.values()].map((result) => result.checksum));
  console.log(`\n${group.title}`);
  // All variants of a group answer the same questions, so their sums must agree.
  if (group.sameAnswers && checksums.size > 1) {
    console.error(`bench: the variants disagree: ${[...checksums].join(', ')}`);
    process.exitCode = 1;
  }
  const reference = best.get(variants[0])?.ns;
  for (const [variant, { ns }] of best) {
    const ratio = ns / reference;
    console.log(`  ${variant.name.padEnd(34)} ${format(ns).padStart(12)}   ${ratio.toFixed(2).padStart(7)} ×`);
    results.push({ group: group.title, variant: variant.name, ns, ratio });
  }
}
if (values.json !== undefined) {
  const document = { schema: 'memhp/bench/1', node: process.version, rounds, load, results };
  writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
}
