import { describe, expect, test } from 'vitest';
import { memparse, parameq, parseArgs, simpleStrtoull } from '../../src/kernel/boot/cmdline.ts';

describe('parseArgs', () => {
  test.each([
    ['', []],
    ['  \t\n ', []],
    ['a b=c', [['a', undefined], ['b', 'c']]],
    ['a=', [['a', '']]],
    ['=a b', [['=a', undefined], ['b', undefined]]],
    ['x="a b" y', [['x', 'a b'], ['y', undefined]]],
    ['"x=a b" y', [['x', 'a b'], ['y', undefined]]],
    ['"alone word"', [['alone word', undefined]]],
    ['x=a"b c"d', [['x', 'a"b c"d']]],
    ['x="never closed y=1', [['x', 'never closed y=1']]],
    ['mem=1G -- mem=2G', [['mem', '1G']]],
    ['--=x mem=1', [['--', 'x'], ['mem', '1']]],
    ['memmap=4G!8G,1G$2G', [['memmap', '4G!8G,1G$2G']]],
    ['a==b', [['a', '=b']]],
  ])('%j', (text, expected) => {
    expect(parseArgs(text).map(({ key, value }) => [key, value])).toEqual(expected);
  });

  test('what lies beyond 2047 characters never reaches the kernel', () => {
    expect(parseArgs(`${'x'.repeat(2040)} mem=1G mem=2G`).map(({ key }) => key.slice(0, 3))).toEqual(['xxx', 'mem']);
  });

  test('dashes and underscores are one', () => expect(parameq('memory-hotplug.x', 'memory_hotplug.x')).toBe(true));
});

describe('numbers', () => {
  test.each([
    ['4096', 4096n, 4],
    ['010', 8n, 3],
    ['08', 0n, 1],
    ['0x1fG', 31n * 1024n ** 3n, 5],
    ['0xg', 0n, 1],
    ['0x', 0n, 1],
    ['1K', 1024n, 2],
    ['1m', 1048576n, 2],
    ['2T', 2n * 1024n ** 4n, 2],
    ['1P', 1024n ** 5n, 2],
    ['1E', 1024n ** 6n, 2],
    ['16E', 0n, 3],
    ['18446744073709551615', 2n ** 64n - 1n, 20],
    ['18446744073709551617', 1n, 20],
    ['', 0n, 0],
    ['-1', 0n, 0],
    ['G', 0n, 1],
    ['1GG', 1024n ** 3n, 2],
  ])('memparse %j', (text, value, end) => expect(memparse(text)).toEqual({ value, end }));

  test('simple_strtoull stops at the suffix', () => {
    expect(simpleStrtoull('50%')).toEqual({ value: 50n, end: 2 });
  });
});
