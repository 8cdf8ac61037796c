import { describe, expect, test } from 'vitest';
import { differences, matches } from '../../src/runbook/check.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import type { LogLevel } from '../../src/kernel/log.ts';

const command = (body: string) => parseRunbook(body, 'book').book.commands[0]!;
const outcome = (exit: number, output: string[] = [], log: [LogLevel, string][] = []) => ({
  exit,
  output,
  log: log.map(([level, text]) => ({ level, text })),
});
const what = (body: string, result: ReturnType<typeof outcome>, exact = false) =>
  differences(command(body), result, { exact }).map((one) => one.what);

describe('expectations', () => {
  test('none: nothing is compared', () => {
    expect(what('$ x\n', outcome(1, ['anything']))).toEqual([]);
    expect(what('$ x\n', outcome(0, ['anything']), true)).toEqual(['output']);
  });

  test('output without a status expects 0', () => {
    expect(what('$ x\na\n', outcome(0, ['a']))).toEqual([]);
    expect(what('$ x\na\n', outcome(1, ['a']))).toEqual(['exit']);
    expect(what('$ x\na\n[1]\n', outcome(1, ['a']))).toEqual([]);
    expect(what('$ x\na\n', outcome(0, ['b']))).toEqual(['output']);
  });

  test('a status alone leaves the output open', () => {
    expect(what('$ x\n[1]\n', outcome(1, ['a']))).toEqual([]);
    expect(what('$ x\n[0]\n', outcome(1, ['a']))).toEqual(['exit']);
  });

  test('spaces at line ends count for nothing', () => {
    expect(what('$ x\na  \n', outcome(0, ['a']))).toEqual([]);
    expect(what('$ x\na\n', outcome(0, ['a ']))).toEqual([]);
  });

  test('kernel lines in any order, each as often as named', () => {
    const body = '$ x\n[kernel] one\n[    1.234567] two\n';
    expect(
      what(
        body,
        outcome(
          0,
          [],
          [
            [6, 'two'],
            [3, 'three'],
            [6, 'one'],
          ],
        ),
      ),
    ).toEqual([]);
    expect(what('$ x\n[kernel] one\n[kernel] one\n', outcome(0, [], [[6, 'one']]))).toEqual(['log']);
  });

  test('under dmesg, stamped lines are output, whatever the time', () => {
    expect(what('$ dmesg\n[    0.000000] Linux\n', outcome(0, ['[    9.876543] Linux']))).toEqual([]);
    expect(what('$ dmesg\n[    0.000000] Linux\n', outcome(0, ['[    9.876543] Minix']))).toEqual(['output']);
  });
});

test('`...` stands for any lines', () => {
  const lines = (...list: string[]) =>
    list.map((text) => {
      const span = { start: 0, end: 0 };
      return text === '...' ? ({ kind: 'any', span } as const) : ({ kind: 'text', text, span } as const);
    });
  expect(matches(lines('...'), [])).toBe(true);
  expect(matches(lines('...'), ['a', 'b'])).toBe(true);
  expect(matches(lines('a', '...', 'c'), ['a', 'b', 'c', 'b', 'c'])).toBe(true);
  expect(matches(lines('a', '...', 'c'), ['a', 'b', 'c', 'b'])).toBe(false);
  expect(matches(lines('...', 'b', '...'), ['a', 'b', 'c'])).toBe(true);
  expect(matches(lines('...', 'd', '...'), ['a', 'b', 'c'])).toBe(false);
  expect(matches(lines('a'), ['a', 'b'])).toBe(false);
  expect(matches(lines('a', 'b'), ['a'])).toBe(false);
});
