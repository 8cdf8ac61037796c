import { expect, test } from 'vitest';
import { longSize, ndctlSize, shortSize } from '../../src/view/size.ts';
import { addressRange, memRange, numberRange } from '../../src/view/ranges.ts';

// Measured: lsmem of util-linux 2.38.1 on memory blocks of these sizes.
test.each([
  [1023, '1023B'], [1024, '1K'], [1075, '1K'], [1076, '1.1K'], [1536, '1.5K'], [1996, '1.9K'], [1997, '2K'],
  [10189, '10K'], [102399, '100K'], [1047552, '1023K'], [1048575, '1024K'], [1048576, '1M'], [1625292, '1.5M'],
  [1625293, '1.6M'], [1677721, '1.6M'], [134217728, '128M'], [1041235968, '993M'], [2015363072, '1.9G'],
  [2147479552, '2G'], [2845835264, '2.7G'], [1099511627775, '1024G'], [1154487209165, '1.1T'], [2 ** 46, '64T'],
  [2 ** 50, '1P'],
])('%i bytes are %s to lsmem', (bytes, text) => {
  expect(shortSize(bytes)).toBe(text);
});

test('units spelt out', () => {
  expect([longSize(0), longSize(12), longSize(2845835264), longSize(2 ** 30)]).toEqual(['0 B', '12 B', '2.7 GiB', '1 GiB']);
});

// The pairs are as ndctl printed them in mail; the byte counts are the ones they stand for.
test.each([
  [5119999, '5119999'],
  [5120000, '4.88 MiB (5.12 MB)'],
  [14 * 2 ** 20, '14.00 MiB (14.68 MB)'],
  [124 * 2 ** 20, '124.00 MiB (130.02 MB)'],
  [1024 * 2 ** 20, '1024.00 MiB (1073.74 MB)'],
  [2046 * 2 ** 20, '2046.00 MiB (2145.39 MB)'],
  [2 ** 31, '2.00 GiB (2.15 GB)'],
  [4 * 2 ** 30, '4.00 GiB (4.29 GB)'],
  [15.75 * 2 ** 30, '15.75 GiB (16.91 GB)'],
  [252 * 2 ** 30, '252.00 GiB (270.58 GB)'],
  [2 ** 41, '2.00 TiB (2.20 TB)'],
])('%i bytes are %s to ndctl -u', (bytes, text) => {
  expect(ndctlSize(bytes)).toBe(text);
});

test('ranges are inclusive in text', () => {
  expect(memRange(2 ** 32, 2 ** 32 + 2 ** 30)).toBe('[mem 0x0000000100000000-0x000000013fffffff]');
  expect(addressRange(0, 2 ** 27, 8)).toBe('0x00000000-0x07ffffff');
  expect([numberRange(32, 52), numberRange(7, 7)]).toEqual(['32-52', '7']);
});
