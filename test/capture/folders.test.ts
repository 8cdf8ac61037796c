/** Trees in folders: a root, the memory folder alone, a path inside a root, several machines; and tools run on them. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspect } from '../../src/cli/inspect.ts';
import { CAPTURE_LIMITS } from '../../src/capture/limits.ts';
import { uncompress } from '../../src/capture/read-archive.ts';
import { readSource } from '../../src/capture/read-source.ts';
import { tarEntries } from '../../src/capture/tar.ts';
import { humanSize } from '../../src/tools/human-size.ts';
import { lsmem } from '../../src/tools/lsmem.ts';
import { sharedFiles } from './shared-data.ts';

const ARCHIVE = fileURLToPath(new URL('samples/numa.tar.gz', import.meta.url));
let folder = '';

function unpack(into: string): void {
  for (const { kind, path, target, bytes } of tarEntries(
    uncompress(readFileSync(ARCHIVE), 'tar', CAPTURE_LIMITS),
    'tar',
    CAPTURE_LIMITS,
  )) {
    const place = join(into, path);
    mkdirSync(dirname(place), { recursive: true });
    if (kind === 'link') symlinkSync(target, place);
    else writeFileSync(place, bytes);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memhp-folders-'));
  unpack(join(folder, 'one'));
  unpack(join(folder, 'many', 'a'));
  unpack(join(folder, 'many', 'b', 'deeper'));
  mkdirSync(join(folder, 'alone'));
  // A copy of the memory folder, without what lay beside it.
  for (const id of [5, 6, 9]) {
    mkdirSync(join(folder, 'alone', `memory${id}`));
    writeFileSync(join(folder, 'alone', `memory${id}`, 'state'), id === 6 ? 'offline\n' : 'online\n');
  }
  writeFileSync(join(folder, 'alone', 'block_size_bytes'), '8000000\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the report says, without the names of sources. */
function facts(path: string): unknown {
  const { machines, errors } = inspect([path]);
  expect(errors).toEqual([]);
  return machines.map(({ report }) => ({ ...report, name: '', sources: [], notes: [] }));
}

test('a root, a path inside it, and the archive it came from say the same', () => {
  const archive = facts(ARCHIVE);
  expect(facts(join(folder, 'one'))).toEqual(archive);
  expect(facts(join(folder, 'one/sys/devices/system/memory'))).toEqual(archive);
  expect(facts(`${join(folder, 'one/sys')}/`)).toEqual(archive);
});

test('several machines in one folder are several', () => {
  const { machines } = inspect([join(folder, 'many')]);
  expect(machines.map(({ report }) => report.name.slice(folder.length))).toEqual(['/many:/a', '/many:/b/deeper']);
});

test('a memory folder alone: first block not 0, a gap, no nodes, no zones', () => {
  const [machine] = inspect([join(folder, 'alone')]).machines;
  expect(machine?.report.blocks.map(({ first, last, state, nodes }) => [first, last, state, nodes])).toEqual([
    [5, 5, 'online', undefined],
    [6, 6, 'offline', undefined],
    [9, 9, 'online', undefined],
  ]);
  expect(machine?.report.totals).toMatchObject({ online: 2 ** 28, offline: 2 ** 27, ram: undefined });
  expect(machine?.report.unknown.length).toBeGreaterThan(3);
});

test("lsmem runs on a captured tree, and its totals are the report's", () => {
  const archives = ['ghw', 'util-linux']
    .flatMap((name) => sharedFiles(`hosts/${name}`))
    .filter((path) => /\.tar\./.test(path));
  for (const path of [ARCHIVE, join(folder, 'alone'), ...archives]) {
    const { trees } = readSource(path);
    const totals = inspect([path]).machines[0]?.report.totals;
    for (const { tree } of trees) {
      let text = '';
      const status = lsmem(tree, ['--summary=only'], {
        stdout: (more) => (text += more),
        stderr: (more) => (text += more),
      });
      expect(status, text).toBe(0);
      expect(/online memory:\s+(\S+)/.exec(text)?.[1]).toBe(humanSize(BigInt(totals?.online ?? -1)));
      expect(/offline memory:\s+(\S+)/.exec(text)?.[1]).toBe(humanSize(BigInt(totals?.offline ?? -1)));
    }
  }
});
