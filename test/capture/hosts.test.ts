/** Every real machine beside the project is inspected: no crash, totals as recorded. MEMHP_TABLE=1 prints a table. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inspect } from '../../src/cli/inspect.ts';
import { inspectDocument } from '../../src/cli/inspect-document.ts';
import { inspectJson } from '../../src/cli/inspect-json.ts';
import { pictureOfLayout } from '../../src/cli/inspect-picture.ts';
import { inspectLines } from '../../src/cli/inspect-text.ts';
import { machineDescriptionOf } from '../../src/capture/machine-description.ts';
import { boot } from '../../src/kernel/boot/boot.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { humanSize } from '../../src/tools/human-size.ts';
import { renderMap } from '../../src/view/map.ts';
import { sharedFiles } from './shared-data.ts';

const FOLDERS = ['dmesg', 'ghw', 'hwloc', 'mail', 'sosreport', 'util-linux'];
const terminal = { width: 100, color: false, unicode: false };
const table: string[] = [];

for (const folder of FOLDERS) {
  const files = sharedFiles(`hosts/${folder}`).filter((path) => !path.endsWith('INDEX.tsv'));
  if (files.length === 0) test.skip(`${folder}: skipped, the data is not here`, () => {});
  else {
    test(`${folder}: ${files.length} files are read without a crash`, () => {
      for (const file of files) read(file);
    });
  }
}

/** Reads, reports, draws and describes; throws on anything that is not a clear error. */
function read(file: string): void {
  const name = file.split('/').slice(-2).join('/');
  const { machines, errors } = inspect([file]);
  const reports = machines.map(({ report }) => report);
  const json: unknown = JSON.parse(JSON.stringify(inspectJson(reports, errors)));
  expect(inspectDocument.safeParse(json).error, name).toBeUndefined();
  for (const error of errors) table.push([name, `error ${error.code}: ${error.message}`].join('\t'));
  for (const { report, layout } of machines) {
    const picture = pictureOfLayout(layout);
    if (picture !== undefined) renderMap(picture, terminal);
    inspectLines(report, [], { terminal, all: true });
    const description = machineDescriptionOf(layout.machine);
    let booted = 'not bootable';
    if (description !== undefined) {
      const map = boot(description.boot, resolveProfile(description.profileName, description.archName));
      booted = `boots: ${map.nodes.length} nodes, ${map.memblock.length} ranges`;
    }
    const codes = new Map<string, number>();
    for (const { code } of report.findings) codes.set(code, (codes.get(code) ?? 0) + 1);
    const found = [...codes].map(([code, count]) => `${code} ${count}`).join(', ');
    const says = report.sources.map((source) => source.says).join('; ');
    table.push([name, report.arch, says, `block ${report.blockSize ?? '?'}`, found, booted].join('\t'));
  }
}

test('totals equal what lsmem recorded', (context) => {
  const expected = sharedFiles('hosts/util-linux').filter((path) => path.endsWith('.expected'));
  if (expected.length === 0) return context.skip('the data is not here');
  for (const file of expected) {
    const recorded = /Total online memory:\s+(\S+)[\s\S]*?Total offline memory:\s+(\S+)/.exec(
      readFileSync(file, 'utf8'),
    );
    const { machines } = inspect([file.replace(/expected$/, 'tar.bz2')]);
    const totals = machines[0]?.report.totals;
    expect([humanSize(BigInt(totals?.online ?? -1)), humanSize(BigInt(totals?.offline ?? -1))]).toEqual(
      recorded?.slice(1),
    );
  }
});

test('what was found', () => {
  if (process.env['MEMHP_TABLE']) console.log(table.join('\n'));
  expect(table.length).toBeGreaterThanOrEqual(0);
});
