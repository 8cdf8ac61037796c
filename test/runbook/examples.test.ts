import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
// @ts-expect-error the script is plain JavaScript
import { examplesModule } from '../../scripts/embed-examples.js';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';

test('the embedded examples are the files in examples/ (node scripts/embed-examples.js writes them)', () => {
  const committed = readFileSync(new URL('../../src/runbook/examples.ts', import.meta.url), 'utf8');
  expect(committed).toBe((examplesModule as () => string)());
});

describe('each example', () => {
  test.each(Object.keys(EXAMPLES))('%s has a machine, a title and commands', (name) => {
    const { book, diagnostics } = parseRunbook(EXAMPLES[name]!, name);
    expect(diagnostics).toEqual([]);
    expect(book.header.title).toBeDefined();
    expect(book.header.memory).toBeDefined();
    expect(book.commands.length).toBeGreaterThan(0);
  });
});
