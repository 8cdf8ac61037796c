/** Output that is a log. */

import { expect, test } from 'vitest';
import { comparableOutputs } from '../../src/realkernel/compare.ts';

test('what dmesg prints is compared without its time and in the order of devices', () => {
  const kernel = ['[   18.124974] nd_pmem namespace1.0: b', '[   18.377377] nd_pmem namespace0.0: a'];
  const model = ['nd_pmem namespace0.0: a', 'nd_pmem namespace1.0: b'];
  const [ours, theirs] = comparableOutputs(kernel, model);
  expect(ours).toEqual(theirs);
  expect(ours).toEqual(model);
});

test('other output keeps its order', () => {
  expect(comparableOutputs(['b', 'a', ''], ['a', 'b'])).toEqual([['b', 'a'], ['a', 'b']]);
});
