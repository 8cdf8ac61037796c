import { expect, test } from 'vitest';
import { editDistance, nearestName } from '../../src/runbook/nearest.ts';

test('edit distance counts a swap of neighbours once', () => {
  expect(editDistance('kernel', 'kernle')).toBe(1);
  expect(editDistance('memory', 'memroy')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('abc', 'abc')).toBe(0);
});

test('nearest name, or none', () => {
  const keys = ['kernel', 'memory', 'cmdline', 'qemu', 'machine'];
  expect(nearestName('Kernal', keys)).toBe('kernel');
  expect(nearestName('mem', keys)).toBeUndefined();
  expect(nearestName('zzzzzz', keys)).toBeUndefined();
  expect(nearestName('x'.repeat(1e6), keys)).toBeUndefined();
});
