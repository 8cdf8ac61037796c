/** Every kind of source, read from our own samples, as the program's text. */

import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inspect } from '../../src/cli/inspect.ts';
import { inspectDocument } from '../../src/cli/inspect-document.ts';
import { inspectJson } from '../../src/cli/inspect-json.ts';
import { inspectLines } from '../../src/cli/inspect-text.ts';

// A path from here: where lines wrap must not hang on where the project lies.
const SAMPLES = `${relative(process.cwd(), fileURLToPath(new URL('samples/', import.meta.url)))}/`;
const terminal = { width: 100, color: false, unicode: false };

for (const file of readdirSync(SAMPLES).sort()) {
  test(`${file}: the text`, () => {
    const { machines, errors, exitStatus } = inspect([SAMPLES + file]);
    expect(errors).toEqual([]);
    expect(exitStatus).toBe(0);
    const text = machines
      .flatMap(({ report }) => [...inspectLines(report, [], { terminal, all: false }), ''])
      .join('\n');
    expect(text.replaceAll(SAMPLES, '')).toMatchSnapshot();
  });
}

test('the JSON is what its schema says', () => {
  for (const file of readdirSync(SAMPLES)) {
    const { machines, errors } = inspect([SAMPLES + file, `${SAMPLES}absent.txt`]);
    const json: unknown = JSON.parse(
      JSON.stringify(
        inspectJson(
          machines.map(({ report }) => report),
          errors,
        ),
      ),
    );
    expect(inspectDocument.safeParse(json).error).toBeUndefined();
  }
});

test('gzip and bzip2 of one archive give one report', () => {
  const [gzip, bzip2] = ['numa.tar.gz', 'numa.tar.bz2'].map((file) => {
    const { machines } = inspect([SAMPLES + file]);
    return JSON.stringify(
      inspectJson(
        machines.map(({ report }) => report),
        [],
      ),
    ).replaceAll(`${SAMPLES}${file}`, 'FILE');
  });
  expect(gzip).toBe(bzip2);
});

test('an archive of two machines gives two', () => {
  expect(inspect([`${SAMPLES}two-machines.tar.bz2`]).machines).toHaveLength(2);
});

test('sources that add to each other are one machine, a second map begins another', () => {
  const one = inspect([`${SAMPLES}iomem-legacy.txt`, `${SAMPLES}numactl.txt`]);
  expect(one.machines).toHaveLength(1);
  expect(one.machines[0]?.report.nodes).toHaveLength(2);
  expect(inspect([`${SAMPLES}iomem-legacy.txt`, `${SAMPLES}iomem-mixed.txt`]).machines).toHaveLength(2);
});

test('indentation does not matter', () => {
  const owned = ['iomem-flat.txt', 'iomem-mixed.txt'].map(
    (file) => inspect([SAMPLES + file]).machines[0]?.layout.owned,
  );
  expect(owned[0]).toEqual(owned[1]);
});

test('one bad source beside a good one is told, and the status says partly', () => {
  const { machines, errors, exitStatus } = inspect([`${SAMPLES}iomem-legacy.txt`, `${SAMPLES}absent.txt`]);
  expect(machines).toHaveLength(1);
  expect(errors.map(({ code }) => code)).toEqual(['no-file']);
  expect(exitStatus).toBe(64);
});
