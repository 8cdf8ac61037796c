/** The scripts around the tests: what they sum up, what they ask to install, when they build. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'memhp-scripts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Evaluates an expression over a script's exports in a Node of its own, and returns what it prints as JSON. */
function evaluate(script: string, expression: string, env: Record<string, string> = {}): unknown {
  const code = `import(${JSON.stringify(join(root, 'scripts', script))}).then((m) => console.log(JSON.stringify(${expression})))`;
  const run = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

describe('the summary line', () => {
  const report = (...files: unknown[]) => JSON.stringify({ testResults: files });
  const line = (json: string) => evaluate('test-summary.js', `m.summaryLine(m.summarise(${json}))`);
  const passed = { status: 'passed', fullName: 'a' };
  test('counts passed and failed', () =>
    expect(line(report({ status: 'failed', assertionResults: [passed, { status: 'failed', fullName: 'b' }] }))).toBe(
      'Tests: 1 passed, 1 failed',
    ));
  test('names skipped ones only when there are any', () =>
    expect(line(report({ status: 'passed', assertionResults: [passed, { status: 'skipped', fullName: 'c' }] }))).toBe(
      'Tests: 1 passed, 0 failed, 1 skipped',
    ));
  test('counts a file that does not load as a failure', () =>
    expect(line(report({ status: 'failed', name: 'x.test.ts', message: 'SyntaxError', assertionResults: [] }))).toBe(
      'Tests: 0 passed, 1 failed',
    ));
  test('a missing report is no success', () =>
    expect(evaluate('test-summary.js', "m.readReport('/nowhere').complete")).toBe(false));
});

describe('set-up', () => {
  test('finds what is on PATH and names what is not', () => {
    expect(evaluate('setup.js', "typeof m.findProgram('sh')")).toBe('string');
    expect(evaluate('setup.js', "m.missingNeeds([{ binary: 'no-such-program' }, { binary: 'sh' }]).length")).toBe(1);
  });
  test('gives one line to type', () =>
    expect(evaluate('setup.js', "m.installLine([{ package: 'gcc libc6-dev' }, { package: 'util-linux' }])")).toBe(
      'sudo apt-get install -y --no-install-recommends gcc libc6-dev util-linux',
    ));
  test('installs nothing when told so, and says what is skipped', () => {
    const said = evaluate(
      'setup.js',
      "(() => { m.DEBIAN_NEEDS.push({ binary: 'no-such-program', package: 'nothing', why: 'is made up', skips: 'all of it' });" +
        ' const said = []; m.setUp((line) => said.push(line)); return said.join("\\n"); })()',
      { MEMHP_NO_APT: '1' },
    );
    expect(said).toContain('SKIPPED without no-such-program');
    expect(said).toContain('apt-get install -y --no-install-recommends');
    expect(said).not.toContain('installing');
  });
});

describe('freshness', () => {
  const stale = (name: string) =>
    evaluate('freshness.js', `m.isStale(${JSON.stringify(join(scratch, name, 'stamp'))}, [${JSON.stringify(join(scratch, name, 'src'))}])`);
  function project(name: string, sourceAge: number, stampAge: number | undefined): void {
    mkdirSync(join(scratch, name, 'src', 'deep'), { recursive: true });
    const at = (file: string, age: number) => utimesSync(join(scratch, name, file), 1e9 - age, 1e9 - age);
    writeFileSync(join(scratch, name, 'src', 'deep', 'a.ts'), '');
    for (const file of ['src/deep/a.ts', 'src/deep', 'src']) at(file, sourceAge);
    if (stampAge === undefined) return;
    writeFileSync(join(scratch, name, 'stamp'), '');
    at('stamp', stampAge);
  }
  test('no build is stale', () => {
    project('none', 100, undefined);
    expect(stale('none')).toBe(true);
  });
  test('a build older than a source is stale', () => {
    project('old', 100, 200);
    expect(stale('old')).toBe(true);
  });
  test('a build newer than every source is not', () => {
    project('new', 200, 100);
    expect(stale('new')).toBe(false);
  });
});
