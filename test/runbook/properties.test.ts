import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook, runStatus } from '../../src/runbook/play.ts';
import { renderDiagnostics } from '../../src/runbook/render-diagnostics.ts';
import { updateRunbook } from '../../src/runbook/update.ts';
import { fakeMachine } from './fake-machine.ts';

/** Lines that mean something in a runbook, and some that do not. */
const line = fc.oneof(
  fc.constantFrom(
    '---',
    '$ a',
    '$ b \\',
    '(qemu) c',
    '[1]',
    '[x]',
    '...',
    '# d',
    '',
    ' ',
    '\\',
    '[kernel] e',
    '$',
    'f',
  ),
  fc.constantFrom('[    1.000000] g', '```console', '```', 'kernel: 6.12', 'memory: [', 'qemu: *x', '\ufeff---', '> h'),
  fc.string({ maxLength: 12 }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, eol]) => lines.join(eol));
const output = fc.array(
  line.map((one) => one.replace(/[\r\n]/g, '')),
  { maxLength: 8 },
);

test('any text parses to commands or diagnostics, whose spans lie within it', () => {
  fc.assert(
    fc.property(text, (source) => {
      const { book, diagnostics } = parseRunbook(source, 'any');
      for (const { span } of diagnostics) {
        if (span === undefined) continue;
        expect(0 <= span.start && span.start <= span.end && span.end <= source.length + 1).toBe(true);
      }
      renderDiagnostics(diagnostics);
      for (const { span, expectation } of book.commands) {
        expect(span.start <= span.end && span.end <= expectation.start && expectation.end <= source.length).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test('what --update writes holds when played again, and is not written differently then', () => {
  fc.assert(
    fc.property(text, fc.array(fc.tuple(output, fc.nat(255)), { minLength: 1, maxLength: 6 }), (source, answers) => {
      const first = parseRunbook(source, 'any');
      fc.pre(first.diagnostics.length === 0);
      let step = 0;
      const answer = () => {
        const [lines, exit] = answers[step++ % answers.length]!;
        return { exit, output: lines, log: [], depends: [] };
      };
      const tools = { shell: answer, monitor: () => ({ ...answer(), exit: 0 }) };
      const play = (body: string) => {
        step = 0;
        const { book, diagnostics } = parseRunbook(body, 'any');
        expect(diagnostics.filter((one) => one.severity === 'error')).toEqual([]);
        return playRunbook(book, fakeMachine(), { tools });
      };
      const once = updateRunbook(source, play(source));
      const again = play(once);
      expect(runStatus(again)).toBe(0);
      expect(updateRunbook(once, again)).toBe(once);
      expect(again.runs.map((run) => run.command.text)).toEqual(first.book.commands.map((command) => command.text));
    }),
    { numRuns: 1000 },
  );
});
