import { describe, expect, test } from 'vitest';
import { diagnostic } from '../../src/runbook/diagnostic.ts';
import { drawLine, renderDiagnostics } from '../../src/runbook/render-diagnostics.ts';
import { sourceText } from '../../src/runbook/source-text.ts';

describe('drawing a diagnostic', () => {
  const source = sourceText('a.runbook', '---\nkernal: 6.12\n---\n');

  test('place, line, carets, label, help', () => {
    const one = diagnostic(
      'MHP0012',
      'no key `kernal`',
      source,
      { start: 4, end: 10 },
      { label: 'did you mean `kernel`?', help: 'keys are kernel, memory' },
    );
    expect(renderDiagnostics([one])).toEqual([
      'error[MHP0012]: no key `kernal`',
      ' --> a.runbook:2:1',
      '  |',
      '2 | kernal: 6.12',
      '  | ^^^^^^ did you mean `kernel`?',
      '  = help: keys are kernel, memory',
      '',
    ]);
  });

  test('colour adds escapes and nothing else', () => {
    const one = diagnostic('MHP0012', 'no key', source, { start: 4, end: 10 }, { help: 'help' });
    const painted = renderDiagnostics([one], { color: true });
    expect(painted.join('\n')).toContain('\x1b[');
    expect(painted.map((line) => line.replace(/\x1b\[[\d;]*m/g, ''))).toEqual(renderDiagnostics([one]));
  });

  test('source order, at most twenty, then a count', () => {
    const many = Array.from({ length: 25 }, (_, at) =>
      diagnostic('MHP0030', `n${24 - at}`, source, { start: 24 - at, end: 25 - at }),
    );
    const lines = renderDiagnostics(many);
    expect(lines[0]).toBe('error[MHP0030]: n0');
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(20);
    expect(lines.at(-2)).toBe('and 5 more like these; they are not shown');
  });
});

describe('the source line', () => {
  test('tabs are expanded and carets follow', () => {
    expect(drawLine('\ta\tb', 3, 1, 80)).toEqual({ text: '    a    b', caret: 9, carets: 1 });
  });

  test('a long line is cut around the caret', () => {
    const drawn = drawLine(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, 500, 4, 60);
    expect(drawn.text.length).toBeLessThanOrEqual(60);
    expect(drawn.text.slice(drawn.caret, drawn.caret + drawn.carets)).toBe('HERE');
    expect(drawn.text).toMatch(/^\.\.\.x.*y\.\.\.$/);
  });

  test('escape sequences in input never reach the terminal', () => {
    expect(drawLine('a\x1b[31mb', 0, 1, 80).text).toBe('a\\x1b[31mb');
  });

  test('a line of ten megabytes costs nothing', () => {
    const line = 'z'.repeat(10_000_000);
    const began = performance.now();
    drawLine(line, 5_000_000, 5_000_000, 80);
    expect(performance.now() - began).toBeLessThan(50);
  });
});
