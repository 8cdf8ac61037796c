import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { spanInSource } from '../../src/runbook/runbook.ts';

const HEADER = '---\nkernel: 6.10\nmemory: 1G,slots=4\n---\n';

function commands(body: string) {
  const { book, diagnostics } = parseRunbook(HEADER + body, 'book');
  expect(diagnostics).toEqual([]);
  return book.commands;
}

const texts = (body: string) => commands(body)[0]!.expected.map((line) => (line.kind === 'any' ? '...' : line.text));

describe('front matter', () => {
  test('scalars keep their source text, so that 6.10 is not 6.1', () => {
    const { book } = parseRunbook(`${HEADER}$ true\n`, 'book');
    expect(book.header.kernel).toEqual({ value: '6.10', span: { start: 12, end: 16 } });
    expect(book.header.memory?.value).toBe('1G,slots=4');
  });

  test('qemu takes one string, several, or several words in one', () => {
    for (const qemu of [
      'qemu: -device pc-dimm,id=d0 -smp 2',
      'qemu:\n  - -device pc-dimm,id=d0\n  - -smp 2',
      'qemu: [-device, "pc-dimm,id=d0", -smp, 2]',
    ]) {
      const { book, diagnostics } = parseRunbook(`---\nmemory: 1G\n${qemu}\n---\n$ true\n`, 'book');
      expect(diagnostics).toEqual([]);
      expect(book.header.qemu.map((word) => word.value)).toEqual(['-device', 'pc-dimm,id=d0', '-smp', '2']);
      for (const { value, span } of book.header.qemu) expect(book.source.text.slice(span.start, span.end)).toBe(value);
    }
  });

  test('a folded command line is one line; quotes are not part of it', () => {
    const { book } = parseRunbook('---\ncmdline: >\n  memmap=1M!2M\n  quiet\nkernel: "6.12"\n---\n$ true\n', 'book');
    expect(book.header.cmdline?.value).toBe('memmap=1M!2M quiet');
    const { start, end } = book.header.kernel!.span;
    expect(book.source.text.slice(start, end)).toBe('6.12');
  });

  test('may be missing, and may follow a byte order mark, blank lines and comments', () => {
    expect(parseRunbook('$ true\n', 'book').diagnostics).toEqual([]);
    const { book, diagnostics } = parseRunbook('\ufeff# mine\n\n---\nmemory: 1G\n---\n$ true\n', 'book');
    expect(diagnostics).toEqual([]);
    expect(book.header.memory?.value).toBe('1G');
  });
});

describe('transcript', () => {
  test('prompts, output, exit status and comments', () => {
    const [first, second] = commands('# why\n$ cat x\ncat: no\n[1]\n\n(qemu) info numa\n1 nodes\n');
    expect(first).toMatchObject({ prompt: 'shell', text: 'cat x', line: 6, comments: ['why'], exit: { value: 1 } });
    expect(second).toMatchObject({ prompt: 'monitor', text: 'info numa', line: 10, comments: [] });
    expect(second!.expected).toMatchObject([{ kind: 'text', text: '1 nodes' }]);
  });

  test('blank lines are output only between lines of output', () => {
    expect(texts('$ lsmem\n\na\n\nb\n\n\n# next\n$ true\n')).toEqual(['a', '', 'b']);
  });

  test('a backslash takes away what a line would mean', () => {
    expect(texts('$ x\n\\\n\\# a\n\\$ b\n\\[1]\n\\...\n...\n\\\\c\n')).toEqual([
      '',
      '# a',
      '$ b',
      '[1]',
      '...',
      '...',
      '\\c',
    ]);
  });

  test('brackets that ndctl prints are output', () => {
    expect(texts('$ ndctl list\n[\n  {\n  }\n]\n')).toEqual(['[', '  {', '  }', ']']);
    expect(texts('$ ndctl list\n[ ]\n')).toEqual(['[ ]']);
  });

  test('kernel lines, marked or stamped', () => {
    const [command] = commands('$ x\n[kernel] one\n[   12.345678] two\n[0]\n');
    expect(command!.expected).toMatchObject([
      { kind: 'log', text: 'one', stamped: false },
      { kind: 'log', text: 'two', stamped: true },
    ]);
  });

  test('continued lines are joined and columns map back', () => {
    const [command] = commands('$ echo one \\\n> two\n');
    expect(command!.text).toBe('echo one two');
    const { book } = parseRunbook(`${HEADER}$ echo one \\\n> two\n`, 'book');
    const span = spanInSource(command!, 9, 12);
    expect(book.source.text.slice(span.start, span.end)).toBe('two');
  });

  test('Windows line ends change nothing', () => {
    const unix = parseRunbook(`${HEADER}$ a\nb\n[3]\n\n$ c\n`, 'book').book.commands;
    const windows = parseRunbook(`${HEADER}$ a\nb\n[3]\n\n$ c\n`.replaceAll('\n', '\r\n'), 'book').book.commands;
    const plain = (list: typeof unix) =>
      list.map(({ text, expected, exit, line }) => [text, expected.length, exit?.value, line]);
    expect(plain(windows)).toEqual(plain(unix));
  });

  test('a Markdown page: only console blocks are played', () => {
    const page =
      '# Title\n\n```console\n---\nmemory: 1G\n---\n$ a\nout\n```\n\nprose\n\n```sh\n$ no\n```\n\n~~~console\n$ b\n~~~\n';
    const { book, diagnostics } = parseRunbook(page, 'page.md');
    expect(diagnostics).toEqual([]);
    expect(book.header.memory?.value).toBe('1G');
    expect(book.commands.map((command) => command.text)).toEqual(['a', 'b']);
    expect(book.commands[0]!.expected).toHaveLength(1);
  });
});
