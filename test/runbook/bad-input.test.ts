import { describe, expect, test } from 'vitest';
import { hasErrors } from '../../src/runbook/diagnostic.ts';
import { parseMachineSpec } from '../../src/runbook/machine-spec.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { renderDiagnostics } from '../../src/runbook/render-diagnostics.ts';

const GOOD = '---\nkernel: "6.12"\nmemory: 1G\n---\n';

/** Malformed runbooks by what is wrong with them. */
const RUNBOOKS: Record<string, string> = {
  'empty file': '',
  'blank lines only': '\n\n \n',
  'front matter without commands': GOOD,
  'unterminated front matter': '---\nkernel: "6.12"\n$ true\n',
  'unknown key': '---\nkernal: "6.12"\nmem: 1G\nzebra: 1\n---\n$ true\n',
  'duplicate keys': '---\nkernel: "6.12"\nkernel: "6.1"\n---\n$ true\n',
  'wrong kinds of value': '---\nkernel: [6.12]\nmemory: {size: 1G}\ncmdline:\n---\n$ true\n',
  'front matter is a list': '---\n- kernel\n- memory\n---\n$ true\n',
  'front matter is a word': '---\nkernel 6.12\n---\n$ true\n',
  'not YAML': '---\nkernel: "6.12\nmemory: 1G\n---\n$ true\n',
  'a tab for indentation': '---\nqemu:\n\t- a\n---\n$ true\n',
  'alias bomb': `---\na: &a [x]\n${'bcdefgh'
    .split('')
    .map((key, at) => `${key}: &${key} [${`*${'abcdefg'[at]},`.repeat(9)}]`)
    .join('\n')}\nkernel: *h\n---\n$ true\n`,
  'alias as a value': '---\ntitle: &a x\nmemory: *a\n---\n$ true\n',
  'deeply nested lists': `---\nmemory: ${'['.repeat(30_000)}\n---\n$ true\n`,
  'deeply nested items': `---\n${'- '.repeat(15_000)}a\n---\n$ true\n`,
  'deep indentation': `---\n${Array.from({ length: 200 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')}\n---\n$ true\n`,
  'very long front matter': `---\ntitle: ${'x'.repeat(40_000)}\n---\n$ true\n`,
  'machine and memory': '---\nmachine: a.tar\nmemory: 1G\n---\n$ true\n',
  'a line before any command': `${GOOD}hello\nworld\n\n$ true\n`,
  'a pasted prompt': `${GOOD}root@host:~# modprobe nd_pmem\n$ true\nroot@host:~# true\n`,
  'exit status no number': `${GOOD}$ false\n[x]\n`,
  'exit status too large': `${GOOD}$ false\n[256]\n\n$ false\n[-1]\n`,
  'exit status twice': `${GOOD}$ false\n[1]\n[1]\n`,
  'output after the exit status': `${GOOD}$ false\n[1]\nsh: no\nmore\n`,
  'exit status of the monitor': `${GOOD}(qemu) info numa\n[1]\n`,
  'continued into nothing': `${GOOD}$ echo a \\\n`,
  'code block without end': '```console\n$ true\n',
  'Markdown front matter without end': '# T\n```console\n---\nmemory: 1G\n$ true\n```\n',
  'NUL bytes': `${GOOD}$ true\n\0\0\0`,
  'control characters': `${GOOD}\x1b[2Jgone\x07\n`,
  'a very long command': `${GOOD}$ echo ${'x'.repeat(70_000)}\n`,
  'too many commands': GOOD + '$ true\n'.repeat(10_002),
  'too many errors': GOOD + '$ a\n[x]\n'.repeat(3000),
  'ten megabytes': 'x'.repeat(10_000_000),
  'a million lines': `${GOOD}${'a\n'.repeat(1_000_000)}`,
  'a million blank lines': `${GOOD}${'\n'.repeat(1_000_000)}`,
  'carets on tabs and wide text': `---\nkernel: "6.12"\n\t\tmémoire: 日本\n---\n$ true\n`,
};

describe('malformed runbooks', () => {
  for (const [name, text] of Object.entries(RUNBOOKS)) {
    test(name, () => {
      const began = performance.now();
      const { diagnostics } = parseRunbook(text, 'bad.runbook');
      const lines = renderDiagnostics(diagnostics, { width: 80 });
      expect(performance.now() - began).toBeLessThan(1500);
      expect(hasErrors(diagnostics)).toBe(true);
      expect(lines.every((line) => line.length < 400)).toBe(true);
      expect(`\n${lines.join('\n')}`).toMatchSnapshot();
    });
  }
});

const SPECS: Record<string, string> = {
  'unknown key': '6.12,memroy=1G',
  'no value': '6.12,memory=',
  'given twice': 'kernel=6.12,memory=1G,kernel=6.1',
  'a stray word': 'memory=1G,slots=2,frobnicate=3',
};

describe('malformed machine descriptions', () => {
  for (const [name, text] of Object.entries(SPECS)) {
    test(name, () => {
      const { diagnostics } = parseMachineSpec(text);
      expect(`\n${renderDiagnostics(diagnostics).join('\n')}`).toMatchSnapshot();
      expect(hasErrors(diagnostics)).toBe(true);
    });
  }
});
