/** The library's public names: each documented, each listed. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libraryPage, publicNames } from '../../scripts/library-doc.ts';
import * as library from '../../src/index.ts';

test('every public name has a docstring', () => {
  expect(publicNames().filter((each) => each.text.length < 10)).toEqual([]);
});

test('docs/library.md is what the sources say', () => {
  expect(readFileSync('docs/library.md', 'utf8')).toBe(libraryPage());
});

test('the example in the head of the library runs', () => {
  const { buildMachine, runShell } = library;
  const machine = buildMachine({ kernel: '6.12', memory: '2G', cmdline: '', qemu: [] });
  const { output } = runShell(machine, 'echo offline > /sys/devices/system/memory/memory0/state');
  expect(output).toEqual(['sh: write error: Invalid argument']);
});
