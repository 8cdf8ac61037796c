import { expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { frontMatterOf } from '../../src/runbook/front-matter-text.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import { Session } from '../../src/runbook/session.ts';
import { runShell } from '../../src/tools/shell.ts';
import { everythingOf } from './random-session.ts';

const machine = () => buildMachine({ kernel: '6.12', memory: '1G,slots=2,maxmem=4G', cmdline: '', qemu: [] });
const BLOCK = '/sys/devices/system/memory/memory6/state';

test('a line is typed, taken back, done again', () => {
  const session = Session.start(machine());
  const step = session.type(`$ cat ${BLOCK}`);
  expect(step).toMatchObject({ number: 1, run: { exit: 0, output: ['online'], verdict: 'ok' } });
  session.type(`echo offline > ${BLOCK}`);
  expect(session.type(`cat ${BLOCK}`).run.output).toEqual(['offline']);
  expect(session.undo(2)).toBe(2);
  expect(session.position).toBe(1);
  expect(session.type(`cat ${BLOCK}`).run.output).toEqual(['online']);
  expect(session.steps).toHaveLength(2);
  expect(session.undo(7)).toBe(2);
  expect(session.redo(7)).toBe(2);
});

test('a named place is found again after other lines were typed', () => {
  const session = Session.start(machine());
  session.type(`echo offline > ${BLOCK}`);
  session.snapshot('here');
  session.type('true');
  session.undo(2);
  session.type('false');
  expect(session.back('here')).toBe(true);
  expect(session.last?.run.command.text).toBe(`echo offline > ${BLOCK}`);
  expect(session.at(1, (at) => everythingOf(at))).toBe(everythingOf(session.machine));
  expect(session.back('nowhere')).toBe(false);
});

test('going back to a place on the way keeps what follows', () => {
  const session = Session.start(machine());
  session.snapshot('start');
  session.type('true');
  session.type('false');
  session.back('start');
  expect(session.redo(9)).toBe(2);
});

test('what is not modelled is a diagnostic, and leaves no trace', () => {
  const session = Session.start(machine());
  const before = everythingOf(session.machine);
  const step = session.type(`echo offline > ${BLOCK}; lsblk`);
  expect(step).toMatchObject({ number: 0, run: { verdict: 'not-modelled' }, diagnostics: [{ code: 'MHP0040' }] });
  expect(everythingOf(session.machine)).toBe(before);
  expect(session.steps).toEqual([]);
  expect(session.type('a\nb').diagnostics[0]?.message).toContain('several lines');
  expect(session.type('a\0b').diagnostics[0]?.message).toContain('NUL');
  expect(session.type('x'.repeat(70_000)).diagnostics[0]?.code).toBe('MHP0039');
});

test('looking at another place changes nothing', () => {
  const session = Session.start(machine());
  session.type(`echo offline > ${BLOCK}`);
  const before = everythingOf(session.machine);
  expect(session.at(0, (at) => runShell(at, `cat ${BLOCK}`).output)).toEqual(['online']);
  expect(everythingOf(session.machine)).toBe(before);
});

test('a described machine is written so that it reads the same', () => {
  const description = {
    kernel: '6.12',
    arch: 'x86_64',
    memory: '1G,slots=2,maxmem=4G',
    cmdline: 'memmap=64M!0x32000000 foo="a: b" #x',
    qemu: ['-object', "memory-backend-ram,id=a b'c,size=1G", '-nographic', ''],
  };
  const { book, diagnostics } = parseRunbook(`${frontMatterOf(description, 'a: "title"')}\n$ true\n`, 'x');
  expect(diagnostics).toEqual([]);
  expect(book.header.title?.value).toBe('a: "title"');
  expect(book.header.kernel?.value).toBe('6.12');
  expect(book.header.memory?.value).toBe(description.memory);
  expect(book.header.cmdline?.value).toBe(description.cmdline);
  expect(book.header.qemu.map(({ value }) => value)).toEqual(description.qemu);
});

test.each(Object.keys(EXAMPLES))('%s, opened and saved, plays to the same end as ever', (name) => {
  const { book } = parseRunbook(EXAMPLES[name]!, name);
  const build = (from: typeof book) => buildFromHeader(from.source, from.header).machine!;
  const { session, diagnostics } = Session.ofRunbook(book, build(book));
  expect(diagnostics).toEqual([]);
  const saved = parseRunbook(session.toRunbook(), 'saved');
  expect(saved.diagnostics).toEqual([]);
  const [first, again] = [build(book), build(saved.book)];
  const played = playRunbook(book, first);
  const replayed = playRunbook(saved.book, again);
  expect(replayed.runs.map((run) => run.verdict)).toEqual(played.runs.map((run) => run.verdict));
  expect(everythingOf(again)).toBe(everythingOf(first));
  expect(everythingOf(session.machine)).toBe(everythingOf(first));
});
