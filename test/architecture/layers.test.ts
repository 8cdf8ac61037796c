/** Holds src/ to the rules of its layers. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as rules from './rules.ts';
import { readSource, type SourceFile } from './source.ts';

const root = join(import.meta.dirname, '../..');

function sourcesBelow(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => readSource(relative(root, path), readFileSync(path, 'utf8')));
}

const src = sourcesBelow('src');
const all = [...src, ...sourcesBelow('test'), ...sourcesBelow('bench'), ...sourcesBelow('scripts')];

describe('src/', () => {
  test('is there to be looked at', () => expect(src.length).toBeGreaterThan(10));
  test('imports point down the layers', () => expect(rules.importsPointDown(src)).toEqual([]));
  test('imports name files that are there', () => expect(rules.importsExist(src)).toEqual([]));
  test('has no cycles', () => expect(rules.noCycles(src)).toEqual([]));
  test('keeps the model pure', () => expect(rules.modelIsPure(src)).toEqual([]));
  test('keeps Node out of the page', () => expect(rules.webRunsInBrowser(src)).toEqual([]));
  test('compares no version outside kernel/profile', () => expect(rules.noVersionCompared(src)).toEqual([]));
  test('narrows no pfn and no address to 32 bits', () => expect(rules.noShiftOnPfn(src)).toEqual([]));
  test('shifts words of bitmaps only', () => expect(rules.shiftsStayInBitmaps(src)).toEqual([]));
  test('has no default exports', () => expect(rules.noDefaultExports(src)).toEqual([]));
  test('has no barrels', () => expect(rules.noBarrels(src)).toEqual([]));
  test('has no enums and no any', () => expect(rules.noErasedSurprises(src)).toEqual([]));
  test('names files in kebab-case', () => expect(rules.namesAreKebab(src)).toEqual([]));
});

test('no file is longer than it can be read', () => expect(rules.filesAreShort(all)).toEqual([]));
