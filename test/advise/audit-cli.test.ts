/** `memhp audit` as it is typed: one machine, many, broken ones among them. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { drawer } from '../../bench/made-up-machine.ts';
import { madeUpIomem } from '../../bench/make-captures.ts';
import { auditDocument } from '../../src/cli/audit-document.ts';
import { parseRange } from '../../src/cli/audit-range.ts';
import { exactSize, share } from '../../src/cli/audit-size.ts';
import { fleetRows, subjectsIn } from '../../src/cli/audit-fleet.ts';
import type { AuditRow } from '../../src/cli/audit-row.ts';
import { driftDocument } from '../../src/cli/drift-document.ts';
import { runMain } from '../cli/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const draw = drawer(3);
for (let i = 0; i < 40; i++) writeFileSync(join(folder, `host-${10 + i}.iomem`), madeUpIomem(draw));
writeFileSync(join(folder, 'broken.txt'), 'nothing of a machine\n');
writeFileSync(join(folder, 'empty.txt'), '');
writeFileSync(join(folder, 'bytes.bin'), new Uint8Array([0, 1, 2, 255, 254]));
mkdirSync(join(folder, 'root/proc'), { recursive: true });
writeFileSync(join(folder, 'root/proc/iomem'), '00001000-3fffffff : System RAM\n');

describe('one machine', () => {
  test('a runbook: the account, the sentence, the alternatives, at 80 columns', async () => {
    const { status, stdout, stderr } = await runMain(80, 'audit', 'examples/kmem-rounding.md');
    expect([status, stderr]).toEqual([0, '']);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/block rounding +126 MiB +24\.6 %/);
    expect(stdout).toMatch(/blocks of 256M .*\+126 MiB/);
  });

  test('JSON keeps its schema', async () => {
    const { status, stdout } = await runMain(80, 'audit', '--range', 'c050000000-fcefffffff:CXL Window 0', '--block-size', '2G', '--json');
    expect(status).toBe(0);
    const document = auditDocument.parse(JSON.parse(stdout));
    expect(document.machines[0]?.lostBytes).toBe(2560 * 2 ** 20);
    const drift = await runMain(80, 'drift', 'examples/drift-shift.md', '--move', '#0:+1M', '--info-block', 'all', '--json');
    expect(driftDocument.parse(JSON.parse(drift.stdout)).boots).toHaveLength(6);
    expect(drift.status).toBe(1);
  });

  test.each([
    [['no-such-machine'], 'neither a file'],
    [[join(folder, 'broken.txt'), '--json'], 'nothing that is read here'],
    [['--range', 'zzz'], 'START-END'],
    [['--range', '1000-2000:Blue'], 'a name as in'],
    [['--block-size', '100M'], 'power of two'],
    [['--jobs', '0'], 'from 1 to 256'],
    [['--kernel', 'six'], 'It is a release'],
  ])('%j is refused with status 2', async (args, words) => {
    const { status, stderr } = await runMain(100, 'audit', ...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});

describe('a folder', () => {
  test('as CSV: one row for each machine, errors among them, in order', async () => {
    const { status, stdout } = await runMain(80, 'audit', folder, '--csv', '--jobs', '1');
    expect(status).toBe(64);
    const rows = stdout.trimEnd().split('\n').map((line) => line.split(','));
    const [head = []] = rows;
    expect(rows).toHaveLength(1 + 44);
    for (const row of rows) expect(row.length).toBe(head.length);
    const names = rows.slice(1).map((row) => row[0]);
    expect(names).toEqual([...names].sort());
    const lost = head.indexOf('lost');
    for (const row of rows.slice(1)) {
      if (row.at(-1) !== '') continue;
      const uses = row.slice(lost + 1, head.indexOf('best_alternative')).reduce((sum, cell) => sum + Number(cell), 0);
      expect(uses).toBe(Number(row[lost]));
      expect(Number(row[head.indexOf('used')]) + Number(row[head.indexOf('idle')]) + uses).toBe(Number(row[head.indexOf('size')]));
    }
  });

  test('threads give the same rows as one, in the same order', async () => {
    const options = { alternatives: false };
    const all = async (jobs: number): Promise<AuditRow[]> => {
      const rows: AuditRow[] = [];
      for await (const row of fleetRows(subjectsIn([folder]), options, jobs)) rows.push(row);
      return rows;
    };
    expect(await all(2)).toEqual(await all(1));
  }, 60_000);

  test('as a table, with sums', async () => {
    const { stdout } = await runMain(100, 'audit', folder, '--no-alternatives', '--jobs', '1');
    expect(stdout).toContain('41 machines');
    expect(stdout).toContain('3 could not be read');
  });
});

test('sizes are exact where a unit fits', () => {
  const mib = 2 ** 20;
  expect([2560 * mib, 8258 * mib, 8192, 3, 242.5 * 1024 * mib, 1.875 * mib].map(exactSize)).toEqual([
    '2560 MiB', '8258 MiB', '8 KiB', '3 B', '242.5 GiB', '1.9 MiB',
  ]);
  expect(share(1, 1e9)).toBe('<0.1 %');
  expect(parseRange('0x3ff010000000+512M')).toMatchObject({ start: 0x3ff010000000, end: 0x3ff030000000 });
  for (const bad of ['', '5-4', '1000+0', '1000+1Z', 'fffffffffffffff-1', '0-ffffffffffffff']) expect(parseRange(bad), bad).toBeUndefined();
});
