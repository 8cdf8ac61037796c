/** `memhp explain` as it is typed, and the pages that describe it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../src/advise/explain/catalogue.ts';
import { explainText } from '../../src/advise/explain/explain.ts';
import { recognise } from '../../src/advise/explain/recognise.ts';
import { cleanLine } from '../../src/advise/explain/clean-line.ts';
import { explainDocument, explainJson } from '../../src/cli/explain-json.ts';
import { explainLines } from '../../src/cli/explain-text.ts';
import { runShell } from '../../src/tools/shell.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { explainPage } from '../../scripts/explain-doc.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The warning of the 2019 thread, as it was quoted there. */
const THREAD = `> WARNING: CPU: 37 PID: 21445 at kernel/memremap.c:300 devm_memremap_pages+0x3b5/0x4c0
> devm_memremap_pages attempted on mixed region [mem 0x200000000-0x2fbffffff flags 0x200]
> [..]
> Call Trace:
>   dump_stack+0x86/0xc3
>   devm_memremap_pages+0x3b5/0x4c0
>   __wrap_devm_memremap_pages+0x58/0x70 [nfit_test_iomap]
>   pmem_attach_disk+0x19a/0x440 [nd_pmem]
`;

describe('stories', () => {
  test('the thread’s warning: who asked, what refused, which section', () => {
    const { stories } = explainText(THREAD);
    expect(stories).toHaveLength(1);
    const story = stories[0]!;
    expect(story.id).toBe('mixed-region');
    expect(story.tried).toMatch(/nd_pmem was attaching a disk.*nfit_test/);
    expect(story.decidedBy).toBe('kernel/memremap.c: devm_memremap_pages');
    expect(story.trace?.frames.at(-1)).toBe('pmem_attach_disk');
    // 0x2fc000000 is 64 MiB past section 95, by the thread's own numbers.
    expect(story.why.join(' ')).toContain('section 95, 0x2f8000000-0x2ffffffff');
    expect(story.places[0]?.edges[0]).toMatchObject({ unit: 'section', first: 64, last: 95, startRest: 0, endRest: 0x4000000 });
  });

  test('a chain is one story: the conflict, the driver’s −12, ndctl’s last words', () => {
    const { stories } = explainText(
      [
        'nd_pmem pfn1.0: Conflicting mapping in same section',
        'nd_pmem: probe of pfn1.0 failed with error -12',
        '  Error: namespace1.0: failed to enable',
        'failed to create namespace: No such device or address',
      ].join('\n'),
    );
    expect(stories.map((story) => story.lines.map(({ id }) => id))).toEqual([
      ['conflicting-mapping', 'probe-failed', 'ndctl-failed-to-enable', 'ndctl-command-failed'],
    ]);
    expect(stories[0]?.followed[0]).toContain('ENOMEM');
    expect(stories[0]?.followed[0]).toContain('the answer of the check above');
  });

  test('two devices are two stories', () => {
    const { stories } = explainText(
      'kmem dax0.0: mapping0: 0x40800000-0x4fffffff too small after alignment\nkmem dax1.0: mapping0: 0x60800000-0x6fffffff too small after alignment\n',
    );
    expect(stories.map((story) => story.devices)).toEqual([['dax0.0'], ['dax1.0']]);
  });

  test('the nearest DIMM comes from the model, and the model takes it', () => {
    const [story] = explainText('Block size [0x8000000] unaligned hotplug range: start 0x144000000, size 0xc000000').stories;
    expect(story?.nearest).toEqual([
      'the nearest addresses that pass: 0x140000000 or 0x148000000',
      'the nearest sizes that pass: 128 MiB or 256 MiB (instead of 192 MiB)',
    ]);
  });

  test('a region with both edges wrong: what fits inside it, and the model maps that', () => {
    const [story] = explainText('nd_pmem namespace0.0: [mem 0x40500000-0x605fffff flags 0x200] misaligned, unable to map').stories;
    expect(story?.nearest).toEqual(['what fits inside it: `memmap=512M!0x40600000` (512 MiB), 1 MiB less']);
    const machine = buildMachine({ kernel: '6.12', memory: '2G', cmdline: 'memmap=512M!0x40600000', qemu: [] });
    expect(runShell(machine, 'modprobe nd_e820; modprobe nd_pmem; ls /dev/pmem0').exit).toBe(0);
  });

  test('a dax device below one block: how far it has to reach, and kmem takes it there', () => {
    const log = 'x86/mm: Memory block size: 2048MB\nkmem dax0.0: mapping0: 0x140800000-0x1cfffffff too small after alignment';
    expect(explainText(log).stories[0]?.nearest).toEqual([
      'a device from the same start that reaches to 0x200000000 (3064 MiB) would hold one block of 2 GiB',
    ]);
  });

  test('functions are named as the kernel of the log names them', () => {
    const line = 'Block size [0x8000000] unaligned hotplug range: start 0x144000000, size 0xc000000';
    const offline = 'removing memory fails, because memory [0x0000000100000000-0x0000000107ffffff] is onlined';
    for (const text of [line, offline]) {
      expect(explainText(`Linux version 6.12.0\n${text}`).stories[0]?.decidedBy).toBe(explainText(text).stories[0]?.decidedBy);
    }
    const altmap = 'Conflicting mapping in same section';
    const before = explainText(`Linux version 5.1.0\n${altmap}`).stories[0]?.decidedBy;
    expect(before).toBe('kernel/memremap.c: devm_memremap_pages');
  });

  test('on a machine the numbers are put on its map', () => {
    const machine = buildMachine({ kernel: '6.12', memory: '1G', cmdline: 'memmap=64M!0x20000000', qemu: [] });
    const { stories } = explainText('nd_pmem namespace0.0: could not reserve region [mem 0x20000000-0x23ffffff]', { machine });
    expect(stories[0]?.places[0]?.there).toEqual(['Persistent Memory (legacy)', 'blocks: 1 online']);
  });
});

test('every example is recognised as what it is an example of, and has a rule', () => {
  for (const { id, example } of MESSAGES) expect(recognise(cleanLine(example).text)?.message.id, example).toBe(id);
  expect(new Set(MESSAGES.map(({ id }) => id)).size).toBe(MESSAGES.length);
});

test('sentences hold no undefined and no NaN, whatever the numbers', () => {
  for (const { example, kind } of MESSAGES) {
    if (kind === 'notice') continue;
    for (const line of [example, example.replace(/0x[0-9a-f]+/g, '0xffffffffffffffff'), example.replace(/\d/g, '0')]) {
      const text = explainLines(explainText(line), {
        terminal: { width: 80, color: false, unicode: true }, heading: undefined, all: true,
      });
      expect(text.join('\n')).not.toMatch(/undefined|NaN|Infinity|\[object/);
      for (const row of text) expect(row.length <= 80 || /https?:|\S{60}/.test(row), row).toBe(true);
    }
  }
});

test('the JSON document is what its schema says', () => {
  const json = explainJson([{ name: 'thread', explanation: explainText(THREAD, { notices: 10 }) }]);
  expect(() => explainDocument.parse(JSON.parse(JSON.stringify(json)))).not.toThrow();
});

test('docs/explain.md holds the catalogue as it is', () => {
  const page = readFileSync(join(ROOT, 'docs/explain.md'), 'utf8');
  expect(page, 'run: npx tsx scripts/explain-doc.ts').toBe(explainPage());
});
