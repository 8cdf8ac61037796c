import { expect, test } from 'vitest';
import { diffLines, withContext, withoutWildcards } from '../../src/cli/line-diff.ts';

const show = (lines: ReturnType<typeof diffLines>) => lines.map(({ sign, text }) => sign + text);

test('a changed line, kept neighbours', () => {
  expect(show(diffLines(['a', 'b', 'c'], ['a', 'x', 'c']))).toEqual([' a', '-b', '+x', ' c']);
  expect(show(diffLines([], ['a']))).toEqual(['+a']);
  expect(show(diffLines(['a'], []))).toEqual(['-a']);
  expect(show(diffLines(['a', 'a', 'b'], ['a', 'b']))).toEqual([' a', '-a', ' b']);
});

test('every line of both sides appears once, whatever the sizes', () => {
  const a = Array.from({ length: 700 }, (_, at) => `a${at % 7}`);
  const b = Array.from({ length: 700 }, (_, at) => `a${at % 5}`);
  const lines = diffLines(a, b);
  expect(lines.filter((line) => line.sign !== '+').map((line) => line.text)).toEqual(a);
  expect(lines.filter((line) => line.sign !== '-').map((line) => line.text)).toEqual(b);
});

test('what `...` stands for is no difference', () => {
  const wild = (expected: string[], actual: string[]) => show(withoutWildcards(diffLines(expected, actual)));
  expect(wild(['...', 'b', '...'], ['a', 'b', 'c'])).toEqual([' a', ' b', ' c']);
  expect(wild(['...', 'b', 'x', '...'], ['a', 'b', 'c'])).toEqual([' a', ' b', '-x', ' c']);
});

test('equal lines far from a change are counted', () => {
  const lines = diffLines(['1', '2', '3', '4', '5', 'x'], ['1', '2', '3', '4', '5', 'y']);
  expect(withContext(lines)).toEqual([
    { skipped: 3 },
    { sign: ' ', text: '4' },
    { sign: ' ', text: '5' },
    { sign: '-', text: 'x' },
    { sign: '+', text: 'y' },
  ]);
});
