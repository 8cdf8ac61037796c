import { expect, test } from 'vitest';
import { renderTable } from '../../src/view/table.ts';

const ROWS = [
  ['family', 'iomem', 'note'],
  ['bootmap', '10/10', 'every range as the kernel printed it'],
  ['dimm', '8/14', ''],
];

test('pads by alignment and leaves nothing after the last cell', () => {
  expect(renderTable(ROWS, ['left', 'right', 'left'])).toEqual([
    'family   iomem  note',
    'bootmap  10/10  every range as the kernel printed it',
    'dimm      8/14',
  ]);
});

test('cuts text, never numbers, to fit a width', () => {
  expect(renderTable(ROWS, ['left', 'right', 'left'], { width: 30, unicode: true })).toEqual([
    'family   iomem  note',
    'bootmap  10/10  every range a…',
    'dimm      8/14',
  ]);
  expect(renderTable([['1234567890', '1234567890']], ['right', 'right'], { width: 8 })).toEqual(['1234567890  1234567890']);
});

test('takes rows of any length, and none', () => {
  expect(renderTable([], [])).toEqual([]);
  expect(renderTable([['a'], ['b', 'c']], [])).toEqual(['a', 'b  c']);
});
