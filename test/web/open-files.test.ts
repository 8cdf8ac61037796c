/** Files as they are dropped on the page: told apart by what is in them, opened, or refused with a reason. */

import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { CAPTURE_LIMITS } from '../../src/capture/limits.ts';
import { tarEntries } from '../../src/capture/tar.ts';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { packFolder } from '../../src/web/scenario/pack-folder.ts';
import { sourceOfFiles } from '../../src/web/scenario/open-files.ts';
import { isOpen, openScenario } from '../../src/web/scenario/open-scenario.ts';
import { tarOf } from '../capture/tar-of.ts';

const IOMEM = ['00001000-0009ffff : System RAM', '00100000-3fffffff : System RAM', '100000000-13fffffff : System RAM', ''].join('\n');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a copy of /proc/iomem, plain and packed, is a machine', async () => {
  for (const given of [bytes(IOMEM), gzipSync(IOMEM), tarOf({ 'proc/iomem': IOMEM }), gzipSync(tarOf({ 'proc/iomem': IOMEM }))]) {
    const source = await sourceOfFiles([{ name: 'given', bytes: given }]);
    expect(source.kind).toBe('capture');
    const opened = openScenario(source, '6.12');
    if (!isOpen(opened)) throw new Error(opened.diagnostics[0]?.message);
    expect(opened.session.type('cat /proc/iomem').run.output.join('\n')).toContain('100000000-13fffffff : System RAM');
  }
});

test('a folder is read as the archive it is packed into', async () => {
  const deep = 'machine/sys/devices/system/memory/'.padEnd(120, 'x/');
  const tree = { 'host/proc/iomem': IOMEM, 'host/proc/empty': '', [`${deep}/file`]: 'a path longer than a header’s name' };
  const archive = packFolder(Object.entries(tree).map(([name, text]) => ({ name, bytes: bytes(text) })));
  const listed = [...tarEntries(archive, 'packed', CAPTURE_LIMITS)];
  expect(Object.fromEntries(listed.map((one) => [one.path, new TextDecoder().decode(one.bytes)]))).toEqual(tree);
  // Another program's opinion of the form.
  expect(spawnSync('tar', ['-tf', '-'], { input: archive, encoding: 'utf8' }).stdout.trim().split('\n')).toEqual(Object.keys(tree));
  expect(isOpen(openScenario(await sourceOfFiles([{ name: 'host', bytes: archive }])))).toBe(true);
});

test('a runbook, and one with the machine it names', async () => {
  const alone = await sourceOfFiles([{ name: 'thread.md', bytes: bytes(EXAMPLES.thread!) }]);
  expect(alone.kind).toBe('runbook');
  const text = '---\nkernel: "6.12"\nmachine: iomem.txt\n---\n$ lsmem\n';
  const lone = openScenario(await sourceOfFiles([{ name: 'a.runbook', bytes: bytes(text) }]));
  expect(isOpen(lone)).toBe(false);
  const both = await sourceOfFiles([
    { name: 'iomem.txt', bytes: bytes(IOMEM) },
    { name: 'a.runbook', bytes: bytes(text) },
  ]);
  const opened = openScenario(both);
  if (!isOpen(opened)) throw new Error(opened.diagnostics[0]?.message);
  expect(opened.session.steps).toHaveLength(1);
  expect(opened.session.toRunbook()).toContain('machine: "iomem.txt"');
});

test.each([
  ['a zip', [Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0])], /zip/],
  ['a broken gzip', [gzipSync(IOMEM).subarray(0, 30)], /gzip/],
  ['many', Array.from({ length: 100 }, () => bytes('x')), /100 files/],
  ['none', [], /no file/],
])('%s is refused with a reason', async (_, given, message) => {
  const trouble = await sourceOfFiles(given.map((one, index) => ({ name: `f${index}`, bytes: one }))).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(trouble).toBeInstanceOf(CaptureError);
  expect((trouble as Error).message).toMatch(message);
});

test('what is no machine is said with its place, not thrown', () => {
  for (const text of ['hello', '', '\u0000\u0001', '00001000-0009ffff : System\u0000RAM'.repeat(3), '{"kernel": 1}']) {
    const opened = openScenario({ kind: 'capture', name: 'x', text: '', files: [{ name: 'x', bytes: bytes(text) }] });
    expect(isOpen(opened), JSON.stringify(text)).toBe(false);
  }
  expect(isOpen(openScenario({ kind: 'runbook', name: 'x', text: '---\nmemory: lots\n---\n', files: [] }))).toBe(false);
  expect(isOpen(openScenario({ kind: 'runbook', name: 'x', text: EXAMPLES.thread!, files: [] }, '99.9'))).toBe(false);
});
