/** Whatever is thrown at explain ends in bounded time and memory. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGES } from '../../src/advise/explain/catalogue.ts';
import { cleanLine, MAX_LINE } from '../../src/advise/explain/clean-line.ts';
import { MAX_STORIES } from '../../src/advise/explain/draft.ts';
import { Explainer, explainText } from '../../src/advise/explain/explain.ts';
import { LineSplitter } from '../../src/advise/explain/line-splitter.ts';
import { recognise } from '../../src/advise/explain/recognise.ts';

const EXAMPLE_LINES = MESSAGES.map((message) => message.example);

/** What carries a line in the wild. */
const carriers: readonly ((line: string) => string)[] = [
  (line) => `[   12.345678] ${line}`,
  (line) => `[Thu Mar 28 20:38:03 2019] ${line}`,
  (line) => `<4>[    1.2][    T1] ${line}`,
  (line) => `kern  :warn  : [   12.345678] ${line}`,
  (line) => `Mar 28 20:38:03 host.example kernel: [   12.345678] ${line}`,
  (line) => `2019-03-28T20:38:03.123456+01:00 host kernel: ${line}`,
  (line) => `> > [   12.345678] ${line}\r`,
  (line) => `\u001b[33m[   12.345678] \u001b[0m${line}`,
  (line) => `\u0000\u0007  ${line}\u0000`,
];

describe('whatever carries it', () => {
  test.each(carriers.map((carry, i): [number, (line: string) => string] => [i, carry]))('carrier %i', (_, carry) => {
    const lost = MESSAGES.filter(({ example, id }) => recognise(cleanLine(carry(example)).text)?.message.id !== id);
    expect(lost.map(({ id }) => id)).toEqual([]);
  });

  test('a mail program broke the line', () => {
    const { stories } = explainText('> Block size [0x8000000] unaligned hotplug range:\n> start 0x144000000, size 0x18000000\n');
    expect(stories.map((story) => story.id)).toEqual(['block-unaligned']);
  });
});

describe('time and memory', () => {
  test('garbage made of pieces of messages never throws, and costs little', () => {
    const piece = fc.constantFrom(...EXAMPLE_LINES, 'Call Trace:', '------------[ cut here ]------------', ' memremap_pages+0x1/0x2');
    const cut = fc.tuple(piece, fc.nat(60), fc.nat(60)).map(([text, from, length]) => text.slice(from, from + length));
    const line = fc.oneof(piece, cut, fc.string({ unit: 'binary', maxLength: 80 }), fc.tuple(cut, cut).map((both) => both.join('')));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const { stories, lines: read } = explainText(lines.join('\n'));
        expect(stories.length).toBeLessThanOrEqual(read);
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  test('lines made to repeat what patterns look for take time that grows with their length', () => {
    const seeds = ['> ', '[ 1.1]', 'a+0x', '[<ffffffff>', 'attempted on ', ' [mem 0x', 'WARNING: CPU: 1 ', 'namespace0.', 'x@y:', '<1>', '0', 'failed to enable '];
    const timeOf = (seed: string, length: number): number => {
      const explainer = new Explainer();
      const line = seed.repeat(Math.ceil(length / seed.length));
      const begin = performance.now();
      for (let i = 0; i < 20; i++) explainer.push(line);
      return performance.now() - begin;
    };
    for (const seed of seeds) {
      timeOf(seed, MAX_LINE);
      // Twenty lines of the greatest length that is looked at: generous, and far from what backtracking would take.
      expect(timeOf(seed, MAX_LINE), JSON.stringify(seed)).toBeLessThan(400);
    }
  });

  test('one line of 50 MB is cut, and what follows is read', () => {
    const found: string[] = [];
    const splitter = new LineSplitter((line) => found.push(line));
    const chunk = 'x'.repeat(2 ** 20);
    for (let i = 0; i < 50; i++) splitter.push(chunk);
    splitter.push('\r\nBlock size [0x8000000] unaligned hotplug range: start 0x144000000, size 0x18000000');
    splitter.finish();
    expect(found.map((line) => line.length > 3 * MAX_LINE)).toEqual([false, false]);
    expect(recognise(found[1] as string)?.message.id).toBe('block-unaligned');
  });

  test('line ends are found wherever a chunk ends', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'bb', '\n', '\r\n', '\r')), fc.integer({ min: 1, max: 5 }), (parts, step) => {
        const text = parts.join('');
        const lines: string[] = [];
        const splitter = new LineSplitter((line) => lines.push(line));
        for (let at = 0; at < text.length; at += step) splitter.push(text.slice(at, at + step));
        splitter.finish();
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect(lines).toEqual(expected);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('ever new troubles are told up to a limit, the same ones are folded', () => {
    const explainer = new Explainer();
    for (let i = 0; i < 2000; i++) {
      explainer.push(`Block size [0x8000000] unaligned hotplug range: start 0x${(0x100200000 + i * 0x10000000).toString(16)}, size 0x8000000`);
      for (let gap = 0; gap < 15; gap++) explainer.push('something else');
    }
    const many = explainer.finish();
    expect(many.stories).toHaveLength(MAX_STORIES);
    expect(many.storiesOmitted).toBe(2000 - MAX_STORIES);
    const same = explainText(Array.from({ length: 50 }, () => `acpi PNP0C80:01: device is empty${'\nnoise'.repeat(15)}`).join('\n'));
    expect(same.stories.map((story) => story.repeats)).toEqual([49]);
  });
});
