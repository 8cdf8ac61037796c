/** The documents memhp prints, held to their schemas, and the schemas to what is published. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { schemaFiles } from '../../scripts/schemas.ts';
import { fleetJson } from '../../src/cli/audit-document.ts';
import { rowsOf } from '../../src/cli/audit-row.ts';
import { checkRecord, checkShape } from '../../src/cli/document-shapes.ts';
import { fuzzJson } from '../../src/cli/fuzz-document.ts';
import { newTally, tallyRun } from '../../src/cli/fuzz-text.ts';
import { kernelsJson } from '../../src/cli/kernels-json.ts';
import { DOCUMENTS, findDocument, INTERNAL_DOCUMENTS, jsonSchemaOf, namesOf } from '../../src/cli/schemas.ts';
import { serveJson } from '../../src/cli/serve-json.ts';
import { verifyJson } from '../../src/cli/verify-documents.ts';
import { resultOf } from '../../src/realkernel/campaign-result.ts';
import type { Recording } from '../../src/realkernel/recording.ts';
import { runMain } from './run-main.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'memhp-schemas-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the list', () => {
  test('is what docs/schema holds', () => {
    const files = schemaFiles();
    const hint = 'run: npx tsx scripts/schemas.ts';
    expect(readdirSync(join(root, 'docs/schema')).sort(), hint).toEqual([...files.keys()].sort());
    for (const [file, text] of files) expect(readFileSync(join(root, 'docs/schema', file), 'utf8'), hint).toBe(text);
  });

  test('has every name the sources have, and no name twice', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path));
    const used = sources.flatMap((path) => readFileSync(join(root, 'src', path), 'utf8').match(/memhp\/[a-z-]+\/\d+/g) ?? []);
    const known = [...DOCUMENTS.map(({ name }) => name), ...INTERNAL_DOCUMENTS];
    expect([...new Set(used)].sort()).toEqual(known.toSorted());
    const names = DOCUMENTS.flatMap(namesOf);
    expect(new Set(names).size).toBe(names.length);
  });

  test('is what docs/json.md tells of', () => {
    const page = readFileSync(join(root, 'docs/json.md'), 'utf8');
    const told = [...page.matchAll(/^\| .*\[`(memhp\/\S+)`\]\((schema\/\S+)\)/gm)].map(([, name, path]) => `${name} ${path}`);
    expect(told.sort()).toEqual(DOCUMENTS.map(({ name }) => `${name} schema/${name.replaceAll('/', '-')}.json`).sort());
  });

  test.each(DOCUMENTS.map((one) => [one.name, one] as const))('%s names itself in every form it has', (name, one) => {
    const { anyOf, ...whole } = jsonSchemaOf(one) as { anyOf?: unknown[] };
    for (const form of anyOf ?? [whole]) {
      expect(form).toMatchObject({ properties: { schema: { const: name } }, additionalProperties: false });
      expect((form as { required: string[] }).required).toContain('schema');
    }
  });
});

describe('memhp schema', () => {
  test('lists the documents in 80 columns', async () => {
    const { status, stdout } = await runMain(80, 'schema');
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(DOCUMENTS.map(({ name }) => name));
    expect(lines.filter((line) => line.length > 80 || line.includes('...'))).toEqual([]);
  });

  test.each(['run', 'memhp/run', 'memhp/run/1'])('prints the schema of %s', async (name) => {
    const { status, stdout } = await runMain(80, 'schema', name);
    expect([status, stdout]).toEqual([0, schemaFiles().get('memhp-run-1.json')]);
  });

  test.each([
    ['rnu', 'did you mean `memhp schema run`?'],
    ['memhp/audit/2', 'did you mean `memhp schema memhp/audit/1`?'],
    ['fuzz-job', 'there are run, compare,'],
    ['x'.repeat(100_000), 'there are run, compare,'],
  ])('says what there is instead of a name that is not (%#)', async (name, words) => {
    const { status, stdout, stderr } = await runMain(300, 'schema', name);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr.length).toBeLessThan(1000);
  });
});

const state = { iomem: [], blocks: [], zones: [], online_pfns: [], sections: [] };
const recording: Recording = {
  name: 'x', kernel: { release: '6.12.1', arch: 'x86_64', block_size_bytes: 2 ** 27 }, qemu: [], cmdline: '',
  boot_dmesg: [], boot_state: state, steps: [],
};
const played = { family: 'dimm', seed: 9, memory: '1G', cmdline: [], qemu: [], steps: [{ run: 'true' }] };
const agreement = { steps: 1, facets: { zones: [2, 2], exit: [0, 1] }, settled: 0, kernelSeconds: 1, modelSeconds: 0.5 } as const;
const kernel = { name: '6.12', release: '6.12.117+deb12-amd64', arch: 'x86_64' } as const;

/** What a command prints; each line that holds a document is one. */
async function printed(...args: string[]): Promise<unknown> {
  const { stdout } = await runMain(80, ...args);
  return JSON.parse(stdout) as unknown;
}

/** Documents as they are printed: by the commands where that is quick, else by what they call, from made-up values. */
const SAMPLES: Readonly<Record<string, () => Promise<unknown[]> | unknown[]>> = {
  'memhp/run/1': async () => [
    await printed('run', '--json', '--why', 'examples/thread.md'),
    await printed('run', '--json', '--on', '6.12,memory=1G,slots=4,maxmem=8G', '-c', '(qemu) object_add memory-backend-ram,id=m1,size=192M', '-c', '(qemu) device_add pc-dimm,id=d1,memdev=m1'),
    await printed('run', '--json', 'no-such-file'),
  ],
  'memhp/compare/1': async () => [
    await printed('compare', 'thread', '--kernel', '5.0,6.12', '--json'),
    await printed('compare', 'no-such-file', '--json'),
  ],
  'memhp/curve/1': async () => [await printed('compare', '--curve', '3', '--policy', 'sections,sub-sections', '--json')],
  'memhp/serve/1': () => [serveJson('http://127.0.0.1:8080/')],
  'memhp/explain/1': async () => [
    await printed('explain', '--json', '-c', 'Block size [0x8000000] unaligned hotplug range: start 0x144000000, size 0x18000000'),
  ],
  'memhp/plan/1': async () => [
    await printed('plan', '--on', '6.12,memory=64G', '--want', 'dimm 59G', '--most', '3', '--json'),
    await printed('plan', '--want', 'dimm 59G', '--json'),
    await printed('plan', '--on', '6.12,memory=2G', '--want', 'virtio-mem 1G', '--want', 'nvdimm 2M', '--most', '3', '--json'),
  ],
  'memhp/inspect/1': async () => [await printed('inspect', '--json', 'test/capture/samples/iomem-legacy.txt', 'no-such-file')],
  'memhp/audit/1': async () => [await printed('audit', '--json', 'examples/kmem-rounding.md')],
  'memhp/audit-fleet/1': async () => {
    const options = { alternatives: true } as Parameters<typeof rowsOf>[1];
    const rows = await Promise.all(['test/capture/samples/iomem-kmem.txt', 'no-such-file'].map((name) => rowsOf(name, options)));
    return rows.flat().map(fleetJson);
  },
  'memhp/drift/1': async () => [await printed('drift', 'examples/drift-shift.md', '--move', '#0:+1M', '--json')],
  'memhp/constants/1': async () => [await printed('constants', '--kernel', '5.0,6.12', '--json')],
  'memhp/replay/1': async () => [await printed('replay', '--json', 'test/realkernel/arch/arm64-virtio-mem-6.12.json')],
  'memhp/export/1': async () => [await printed('export', '--json', '--on', '6.12,memory=1G', '--sysfs', join(folder, 'machine'))],
  'memhp/verify/1': () => {
    const comparisons = [{ step: 1, command: 'true', facet: 'output' as const, agrees: false, expected: ['a'], actual: ['b'] }];
    const replay = { name: 'x', steps: 1, settled: ['step 1: its pages'], comparisons };
    const outcomes = [{ recording, replay, kernelSeconds: 12.5, modelSeconds: 0.01 }, { trouble: ['error: silent'] }];
    return [verifyJson(outcomes.map((outcome) => ({ file: 'a.md', kernel, outcome })))];
  },
  'memhp/fuzz/1': () => {
    const tally = newTally(7);
    tallyRun(tally, { index: 0, played, kernel, outcome: { kind: 'fault', error: new TypeError('x') } });
    return [fuzzJson(tally)];
  },
  'memhp/campaign/1': () => [resultOf(played, kernel, '0.1.0', { ...agreement, facets: { zones: [2, 2] } })],
  'memhp/kernels/1': () => [
    kernelsJson([{ ...kernel, image: '/boot/vmlinuz', modules: '/lib/modules/x', origin: 'Debian' }], ['no QEMU']),
    kernelsJson([{ name: 'mine', release: '6.15.0', image: '/boot/vmlinuz', origin: 'registered' }], []),
  ],
  'memhp/profiles/1': async () => [await printed('profiles', '--json')],
  'memhp/schemas/1': async () => [await printed('schema', '--json')],
};

test('a limit that is none has words: JSON would make it null', () => {
  const step = { file: 'a.c', fn: 'f', condition: 'it is below the limit', values: { limit: Infinity, size: 4096, ok: true } };
  expect(checkRecord(step).values).toEqual({ limit: 'none', size: 4096, ok: true });
  expect(checkShape.safeParse(JSON.parse(JSON.stringify(checkRecord(step)))).success).toBe(true);
});

describe('a real document', () => {
  test.each(DOCUMENTS.map(({ name }) => [name]))('of %s is what its schema says', async (name) => {
    const form = findDocument(name)!.form;
    const documents = await SAMPLES[name]!();
    expect(documents.length).toBeGreaterThan(0);
    // As a reader gets it: what is undefined is not there.
    for (const document of documents) expect(form.safeParse(JSON.parse(JSON.stringify(document))).error).toBeUndefined();
  });
});
