/** Shows of each rule that it can fail, on made-up sources, and that it lets through what it should. */

import { describe, expect, test } from 'vitest';
import * as rules from './rules.ts';
import { mask, readSource, resolveImport } from './source.ts';

function file(path: string, text: string) {
  return readSource(path, text);
}

describe('reading source', () => {
  test('comments, strings and regular expressions are not code', () => {
    const text = "const a = 'process'; // Date\n/* console */ const b = /Date[/]/.test(x) / 2;";
    const code = mask(text, false);
    expect(code).not.toMatch(/process|Date|console/);
    expect(code).toHaveLength(text.length);
    expect(code).toContain('/ 2;');
  });
  test('a template is followed into its expressions and out again', () => {
    const code = mask('f(`Date ${g({ a: `x${process}` })} Date`); after();', false);
    expect(code).toContain('process');
    expect(code).toContain('after()');
    expect(code).not.toContain('Date');
  });
  test('every form of import is found', () => {
    const { imports } = file(
      'src/cli/a.ts',
      "import type { A } from './a.ts';\nimport {\n  b,\n  type C,\n} from './b.ts';\nexport { d } from './d.ts';\n" +
        "import { type E, type F } from './e.ts';\nconst g = await import('./g.ts');\nimport './h.ts';\nconst s = \"import x from './no.ts'\";",
    );
    expect(imports.map((edge) => [edge.specifier, edge.typeOnly, edge.line])).toEqual([
      ['./a.ts', true, 1],
      ['./b.ts', false, 2],
      ['./d.ts', false, 6],
      ['./e.ts', true, 7],
      ['./h.ts', false, 9],
      ['./g.ts', false, 8],
    ]);
  });
  test('relative specifiers resolve', () => {
    expect(resolveImport('src/kernel/boot/boot.ts', '../units.ts')).toBe('src/kernel/units.ts');
    expect(resolveImport('src/kernel/a.ts', 'node:fs')).toBeUndefined();
  });
});

/** One rule, sources that break it, sources that do not. */
const cases: [name: string, rule: rules.Rule, bad: [string, string][], good: [string, string][]][] = [
  [
    'importsPointDown',
    rules.importsPointDown,
    [
      ['src/kernel/a.ts', "import type { Machine } from '../drivers/machine.ts';"],
      ['src/tools/a.ts', "const x = await import('../cli/main.ts');"],
      ['src/kernel/b.ts', "export { a } from '../index.ts';"],
      ['src/helpers/a.ts', ''],
      ['src/kernel/c.ts', "import { x } from '../../test/x.ts';"],
    ],
    [
      ['src/cli/a.ts', "import { k } from '../kernel/units.ts';\nimport { z } from 'zod';"],
      ['src/index.ts', "export { main } from './cli/main.ts';"],
    ],
  ],
  [
    'importsExist',
    rules.importsExist,
    [
      ['src/kernel/a.ts', "import { x } from './missing.ts';"],
      ['src/kernel/a.ts', "import { x } from './a';"],
    ],
    [['src/kernel/a.ts', "import type { X } from './a.ts';"]],
  ],
  [
    'modelIsPure',
    rules.modelIsPure,
    [
      ['src/kernel/a.ts', "import { readFileSync } from 'node:fs';"],
      ['src/drivers/a.ts', 'const t = Date.now();'],
      ['src/sysfs/a.ts', 'const r = Math.random();'],
      ['src/tools/a.ts', "console.log('x');"],
      ['src/runbook/a.ts', 'export async function f() {}'],
      ['src/kernel/b.ts', 'const p = `${process.pid}`;'],
      ['src/kernel/c.ts', "import chalk from 'chalk';"],
      ['src/kernel/d.ts', 'setTimeout(f, 1);'],
    ],
    [
      ['src/cli/a.ts', "import { readFileSync } from 'node:fs';\nconsole.log(process.pid);"],
      ['src/runbook/a.ts', "import { parseDocument } from 'yaml';"],
      ['src/kernel/a.ts', "// process, Date\nconst s = 'console'; const x = a.process; interface I { global: boolean }"],
    ],
  ],
  [
    'webRunsInBrowser',
    rules.webRunsInBrowser,
    [
      ['src/web/a.ts', "import { readFileSync } from 'node:fs';"],
      ['src/web/b.tsx', "const m = await import('commander');"],
      ['src/web/c.ts', 'const p = process.pid;'],
    ],
    [
      ['src/web/a.tsx', "import { signal } from '@preact/signals';\nimport type { Stats } from 'node:fs';"],
      ['src/cli/a.ts', "import { readFileSync } from 'node:fs';"],
    ],
  ],
  [
    'noVersionCompared',
    rules.noVersionCompared,
    [
      ['src/kernel/a.ts', "if (profile.name === '6.1') f();"],
      ['src/tools/a.ts', "switch (v) { case '5.10': f(); }"],
      ['src/drivers/a.ts', "const old = release.startsWith('6.');"],
      ['src/drivers/b.ts', "const old = '6.12' > release;"],
      ['src/cli/a.ts', "const x = new Set(list).has('v6.1');"],
    ],
    [
      ['src/kernel/profile/releases.ts', "if (name === '6.1') f();"],
      ['src/cli/a.ts', "const kernel = options.kernel ?? '6.12'; // not === '6.1'"],
    ],
  ],
  [
    'noShiftOnPfn',
    rules.noShiftOnPfn,
    [
      ['src/kernel/a.ts', 'const nr = pfn >>> 15;'],
      ['src/kernel/b.ts', 'const nr = range.startPfn >> 15;'],
      ['src/kernel/c.ts', 'const low = mask & endPfn;'],
      ['src/kernel/d.ts', 'const a = physAddr | 0;'],
      ['src/kernel/e.ts', 'const a = 1 << pfn;'],
      ['src/kernel/f.ts', 'let addr = x; addr &= 4095;'],
    ],
    [
      ['src/kernel/a.ts', 'const nr = (pfn / 32768) | 0; const i = (pfn / 512) & 63;'],
      ['src/kernel/b.ts', 'const ok = startPfn && endPfn || pfn; const f = flags & SECTION_IS_EARLY;'],
      ['src/kernel/c.ts', 'function f(pfn: Pfn | undefined, a: PhysAddr | null): Pfn | PhysAddr {}'],
    ],
  ],
  [
    'shiftsStayInBitmaps',
    rules.shiftsStayInBitmaps,
    [
      ['src/kernel/a.ts', 'const nr = frame >>> 15;'],
      ['src/kernel/b.ts', 'x <<= 2;'],
      ['src/kernel/c.ts', 'const h = a ^ b;'],
    ],
    [
      ['src/kernel/pfn.ts', 'const bit = word >>> index;'],
      ['src/kernel/a.ts', 'const max = (1n << 64n) - 1n; const m: Map<string, Array<Set<number>>> = x;'],
    ],
  ],
  [
    'filesAreShort',
    rules.filesAreShort,
    [['src/kernel/a.ts', 'x;\n'.repeat(401)]],
    [['src/kernel/a.ts', 'x;\n'.repeat(400)]],
  ],
  [
    'noDefaultExports',
    rules.noDefaultExports,
    [
      ['src/kernel/a.ts', 'export default 1;'],
      ['src/kernel/b.ts', 'export { a as default };'],
    ],
    [['src/kernel/a.ts', "// export default\nexport const a = 'export default';"]],
  ],
  [
    'noBarrels',
    rules.noBarrels,
    [
      ['src/kernel/index.ts', 'export const a = 1;'],
      ['src/kernel/all.ts', "export * from './a.ts';"],
      ['src/kernel/all.ts', "export * as a from './a.ts';"],
    ],
    [['src/index.ts', "export * from './kernel/a.ts';"]],
  ],
  [
    'noErasedSurprises',
    rules.noErasedSurprises,
    [
      ['src/kernel/a.ts', 'enum Zone { DMA }'],
      ['src/kernel/b.ts', 'const a = b as any;'],
      ['src/kernel/c.ts', 'function f(a: any) {}'],
    ],
    [['src/kernel/a.ts', "const as = 'any'; interface I { any: number }"]],
  ],
  [
    'namesAreKebab',
    rules.namesAreKebab,
    [
      ['src/kernel/bootMap.ts', ''],
      ['src/kernel/boot_map.ts', ''],
    ],
    [['src/kernel/e820.ts', '']],
  ],
];

describe.each(cases)('%s', (_name, rule, bad, good) => {
  test.each(bad)('finds %s', (path, text) => expect(rule([file(path, text)])).not.toEqual([]));
  test.each(good)('lets %s pass', (path, text) => expect(rule([file(path, text)])).toEqual([]));
});

test('webRunsInBrowser follows imports', () => {
  const page = file('src/web/a.ts', "import { b } from '../capture/b.ts';");
  const reader = file('src/capture/b.ts', "import { gunzipSync } from 'node:zlib';");
  expect(rules.webRunsInBrowser([page, reader])).toHaveLength(1);
  expect(rules.webRunsInBrowser([reader])).toEqual([]);
});

describe('noCycles', () => {
  const ring = (importWord: string) => [
    file('src/kernel/a.ts', "import { b } from './b.ts';"),
    file('src/kernel/b.ts', "import { c } from './c.ts';"),
    file('src/kernel/c.ts', `${importWord} { a } from './a.ts';`),
  ];
  test('finds a ring of three', () =>
    expect(rules.noCycles(ring('import'))).toEqual([
      'cycle: src/kernel/a.ts → src/kernel/b.ts → src/kernel/c.ts → src/kernel/a.ts',
    ]));
  test('finds a file that imports itself', () =>
    expect(rules.noCycles([file('src/kernel/a.ts', "export { x } from './a.ts';")])).toHaveLength(1));
  test('lets types name one another', () => expect(rules.noCycles(ring('import type'))).toEqual([]));
});
