/** Shows that lint refuses, in the pure folders, what the model must not use. Runs oxlint on a made-up project. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'memhp-lint-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
copyFileSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'));

/** The rules a source breaks when it stands at the given place. */
function broken(path: string, source: string): string[] {
  const file = join(scratch, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const run = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), '-f', 'json', path], {
    cwd: scratch,
    encoding: 'utf8',
  });
  rmSync(file);
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: { code: string }[] };
  return diagnostics.map(({ code }) => code.replace(/^.*\((.*)\)$/, '$1'));
}

test.each([
  ['no-restricted-imports', "import { readFileSync } from 'node:fs';\nreadFileSync('x');\n"],
  ['no-restricted-globals', 'export const now = Date.now();\n'],
  ['no-restricted-globals', 'export const pid = process.pid;\n'],
  ['no-restricted-globals', 'setTimeout(() => undefined, 1);\n'],
  ['no-restricted-properties', 'export const chance = Math.random();\n'],
  ['no-console', "console.log('x');\n"],
])('%s is held in kernel/', (rule, source) => {
  for (const folder of ['kernel', 'drivers', 'sysfs', 'tools', 'runbook']) {
    expect(broken(`src/${folder}/deep/made-up.ts`, source)).toContain(rule);
  }
  expect(broken('src/cli/made-up.ts', source)).toEqual([]);
});

test.each([
  ['no-default-export', 'export default 1;\n'],
  ['eqeqeq', 'export const f = (a: number) => a == 1;\n'],
  ['no-explicit-any', 'export const f = (a: any) => a;\n'],
])('%s is held everywhere', (rule, source) => {
  for (const folder of ['kernel', 'cli']) expect(broken(`src/${folder}/made-up.ts`, source)).toContain(rule);
});
