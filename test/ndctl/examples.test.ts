import { readdirSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook, runStatus } from '../../src/runbook/play.ts';
import { sourceText } from '../../src/runbook/source-text.ts';

const folder = new URL('../../examples/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.startsWith('ndctl-'));

test.each(files)('%s: what a real kernel answered', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const { book, diagnostics } = parseRunbook(text, name);
  expect(diagnostics).toEqual([]);
  const { machine } = buildFromHeader(sourceText(name, text), book.header);
  if (machine === undefined) throw new Error('no machine');
  const result = playRunbook(book, machine);
  const differing = result.runs.filter(({ differences }) => differences.length > 0);
  expect(differing.map(({ command, differences }) => ({ run: command.text, differences }))).toEqual([]);
  expect([0, 1]).toContain(runStatus(result));
});
