/** Recordings of real kernels, written as runbooks and played: the whole way from text to verdict. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';

const FOLDER = new URL('../../../shared/traces/', import.meta.url);
const FAMILIES = /^(bootmap|blocks|dimm|numa)-.*-(6\.1|6\.12)\.json$/;

interface Recording {
  readonly qemu: readonly string[];
  readonly cmdline: string;
  readonly steps: readonly { run?: string; monitor?: string; exit?: number; output: readonly string[] }[];
}

/** The recording as a person would have pasted it. */
function runbookOf(recording: Recording, kernel: string): string {
  const at = recording.qemu.indexOf('-m');
  const rest = recording.qemu.filter((_, index) => index !== at && index !== at + 1);
  const lines = ['---', `kernel: "${kernel}"`, `memory: ${JSON.stringify(recording.qemu[at + 1])}`];
  lines.push(`cmdline: ${JSON.stringify(recording.cmdline)}`, `qemu: ${JSON.stringify(rest)}`, '---');
  for (const { run, monitor, exit = 0, output } of recording.steps) {
    lines.push(run === undefined ? `(qemu) ${monitor}` : `$ ${run}`);
    // Indented everything by its escape, so that no line of output can be taken for anything else.
    lines.push(...output.map((line) => `\\${line}`));
    if (run !== undefined) lines.push(`[${exit}]`);
    lines.push('');
  }
  return `${lines.join('\n')}\n`;
}

const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => FAMILIES.test(name)) : [];
if (names.length === 0) console.warn('SKIPPED: ../shared/traces is not here, so no recording was played as a runbook');

const verdicts: Record<string, number> = {};
afterAll(() => {
  if (names.length > 0) console.info('recordings as runbooks, commands by verdict:', verdicts);
});

describe.skipIf(names.length === 0)('recordings as runbooks: nothing differs, nothing is unknown', () => {
  test.each(names)('%s', (name) => {
    const recording = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording;
    const kernel = FAMILIES.exec(name)![2]!;
    const { book, diagnostics } = parseRunbook(runbookOf(recording, kernel), name);
    expect(diagnostics).toEqual([]);
    expect(book.commands).toHaveLength(recording.steps.length);
    const built = buildFromHeader(book.source, book.header);
    expect(built.diagnostics).toEqual([]);
    const { runs } = playRunbook(book, built.machine!);
    for (const { verdict } of runs) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    const wrong = runs.filter((run) => run.verdict === 'differs' || run.verdict === 'not-modelled');
    expect(wrong.map(({ command, differences }) => ({ typed: command.text, differences }))).toEqual([]);
  });
});
