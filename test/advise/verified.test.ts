/** The runbooks that real kernels agreed with: the model still plays them so, and each triple is what its comment says. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import type { CommandRun } from '../../src/runbook/verdict.ts';

const FOLDER = new URL('./verified/', import.meta.url);
/** Lines that make requests; the others prepare them or undo them. */
const REQUEST = /^(?:device_add|qom-set|ndctl create-namespace|chmem -d|echo offline)/;

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.runbook')))('%s', (name) => {
  const { book } = parseRunbook(readFileSync(new URL(name, FOLDER), 'utf8'), name);
  const { machine } = buildFromHeader(book.source, book.header);
  const { runs } = playRunbook(book, machine!);
  expect(runs.filter(({ differences }) => differences.length > 0).map(({ command }) => command.line)).toEqual([]);
  const triples: CommandRun[][] = [];
  for (const run of runs) {
    if (run.command.comments.some((comment) => comment.includes('is suggested'))) triples.push([]);
    if (REQUEST.test(run.command.text)) triples.at(-1)?.push(run);
  }
  expect(triples.length).toBeGreaterThan(2);
  for (const [refused, accepted, nearer] of triples) {
    expect([refused?.decidedBy === undefined, accepted?.decidedBy === undefined]).toEqual([false, true]);
    if (nearer !== undefined) expect(nearer.decidedBy).toBeDefined();
  }
});
