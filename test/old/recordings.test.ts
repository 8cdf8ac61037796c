/** A 5.0 kernel, recorded: every facet of every step, and what its drivers said at boot. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logLines } from '../../src/kernel/log.ts';
import { comparableLog, FACETS } from '../../src/realkernel/compare.ts';
import { parseRecording, type Recording } from '../../src/realkernel/recording.ts';
import { machineOfRecording } from '../../src/realkernel/machine-of-recording.ts';
import { countFacets, replayRecording } from '../../src/realkernel/replay.ts';

const folder = new URL('../../../shared/traces/', import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^old-.*\.json$/.test(name)) : [];
if (files.length === 0) console.warn('SKIPPED: ../shared/traces has no recordings of 5.0');

function read(file: string): Recording {
  return parseRecording(readFileSync(new URL(file, folder), 'utf8'), file);
}

/** What drivers of persistent memory said; which of two regions warned first hangs on which was probed first. */
function saidAtBoot(lines: readonly string[]): string[] {
  const own = comparableLog(lines).filter((line) => /^nd_|^dax_pmem|memremap/.test(line) && !line.startsWith(' '));
  return own.map((line) => line.replace(/(attempted on \w+ region) .*/, '$1 …')).sort();
}

describe.skipIf(files.length === 0)('recordings of 5.0', () => {
  test.each(files)('%s: every facet of every step', (file) => {
    const counts = countFacets([replayRecording(read(file))], FACETS);
    for (const facet of FACETS) expect([facet, counts[facet].agree]).toEqual([facet, counts[facet].total]);
  });
  test.each(files)('%s: drivers that are built in say the same at boot', (file) => {
    const recording = read(file);
    const log = logLines(machineOfRecording(recording).kernel.log).map(({ text }) => text);
    expect(saidAtBoot(log)).toEqual(saidAtBoot(recording.boot_dmesg));
  });
});
