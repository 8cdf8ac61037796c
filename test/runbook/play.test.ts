import { describe, expect, test } from 'vitest';
import { ModelFault } from '../../src/runbook/model-fault.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook, runStatus, type PlayTools } from '../../src/runbook/play.ts';
import { updateRunbook } from '../../src/runbook/update.ts';
import { fakeMachine } from './fake-machine.ts';
import type { CommandResult } from '../../src/tools/command-result.ts';
import { NotModelled } from '../../src/tools/tool.ts';

const point = { file: 'mm/x.c', fn: 'f', condition: 'it holds' };
const result = (given: Partial<CommandResult>): CommandResult => ({
  exit: 0,
  output: [],
  log: [],
  depends: [],
  ...given,
});

/** Tools that answer by the first word; enough to see how runbooks are judged, whatever the model does. */
const tools: PlayTools = {
  shell: (machine, line) => {
    const [word, ...rest] = line.split(' ');
    if (word === 'echo') return result({ output: [rest.join(' ')] });
    if (word === 'lines') return result({ output: ['', '# one', '', '$ two', '[1]', '...', '\\', ''] });
    if (word === 'false') {
      machine.kernel.explain?.(point, true, { a: 1 });
      machine.kernel.explain?.(point, false, { a: 2 });
      machine.kernel.explain?.({ ...point, fn: 'caller' }, false, { a: 3 });
      return result({ exit: 1, output: ['sh: no'] });
    }
    if (word === 'probe') return result({ log: [{ level: 4, text: 'nd_pmem: probe of x failed with error -22' }] });
    if (word === 'info') return result({ log: [{ level: 6, text: 'hello' }] });
    if (word === 'depends') {
      const known = machine.kernel.unmovable?.(0);
      return result({ exit: known === true ? 1 : 0, depends: known === undefined ? ['nobody knows'] : [] });
    }
    if (word === 'pipe') throw new NotModelled('pipes are not understood', [5, 6], 'write it alone');
    if (word === 'boom') throw new TypeError('undefined is not a function');
    return result({});
  },
  monitor: (_, line) =>
    line === 'bad'
      ? result({ output: ['Error: no'] })
      : line === 'kernel'
        ? result({ log: [{ level: 3, text: 'add_memory failed' }] })
        : result({}),
};

function play(body: string) {
  const { book, diagnostics } = parseRunbook(body, 'book');
  expect(diagnostics).toEqual([]);
  return playRunbook(book, fakeMachine(), { tools });
}

const verdicts = (body: string) => play(body).runs.map((run) => `${run.verdict}${run.unexpected ? '!' : ''}`);
const status = (body: string) => runStatus(play(body));

describe('verdicts', () => {
  test('a failing command fails the run unless it is expected', () => {
    expect(verdicts('$ false\n')).toEqual(['refused!']);
    expect(verdicts('$ false\n[1]\n')).toEqual(['refused']);
    expect(verdicts('$ false\nsh: no\n[1]\n')).toEqual(['refused']);
    expect(verdicts('$ false\nsh: yes\n[1]\n')).toEqual(['differs!']);
    expect(verdicts('$ echo a\nb\n')).toEqual(['differs!']);
    expect([status('$ false\n'), status('$ false\n[1]\n'), status('$ true\n')]).toEqual([1, 0, 0]);
  });

  test('at the monitor an error line is a refusal', () => {
    expect(verdicts('(qemu) bad\n')).toEqual(['refused!']);
    expect(verdicts('(qemu) bad\nError: no\n')).toEqual(['refused']);
    expect(verdicts('(qemu) good\n')).toEqual(['ok']);
  });

  test('what the kernel refuses afterwards counts, and can be expected', () => {
    expect(verdicts('(qemu) kernel\n')).toEqual(['refused!']);
    expect(verdicts('(qemu) kernel\n[kernel] add_memory failed\n')).toEqual(['refused']);
    expect(verdicts('$ probe\n')).toEqual(['refused!']);
    expect(verdicts('$ info\n')).toEqual(['ok']);
  });

  test('what depends is neither right nor wrong', () => {
    expect(verdicts('$ depends\n[7]\n')).toEqual(['depends']);
    expect([status('$ depends\n'), status('$ depends\n[7]\n'), status('$ depends\n$ false\n')]).toEqual([64, 64, 1]);
  });

  test('a runbook that names the outcome settles it', () => {
    expect([status('$ depends\n[0]\n'), status('$ depends\n[1]\n')]).toEqual([0, 0]);
    expect(play('$ depends\n[1]\n').runs[0]).toMatchObject({ exit: 1, depends: ['nobody knows'] });
  });

  test('what differs after an open command may follow from it', () => {
    expect(verdicts('$ depends\n$ echo a\nb\n$ echo a\na\n')).toEqual(['depends', 'depends', 'ok']);
    expect(verdicts('$ depends\n[1]\n$ echo a\nb\n')).toEqual(['depends', 'differs!']);
  });

  test('the deciding check is the cause of the last failure; the listener before is put back', () => {
    const { book } = parseRunbook('$ false\n$ true\n', 'book');
    const heard: boolean[] = [];
    const kernel = { explain: (_: unknown, passed: boolean) => void heard.push(passed) };
    const before = kernel.explain;
    const { runs } = playRunbook(book, fakeMachine(kernel), { tools });
    expect(runs[0]!.decidedBy).toEqual({ ...point, passed: false, values: { a: 2 } });
    expect(runs[1]!.decidedBy).toBeUndefined();
    expect(heard).toEqual([true, false, false]);
    expect(kernel.explain).toBe(before);
  });
});

test('what is not modelled is named at its place, and all of it at once', () => {
  const played = play('$ pipe | x\n$ echo \\\n> y\n$ pipe\n');
  expect(played.runs.map((run) => run.verdict)).toEqual(['not-modelled', 'ok', 'not-modelled']);
  expect(played.diagnostics.map((one) => one.code)).toEqual(['MHP0040', 'MHP0040']);
  expect(played.diagnostics[0]!.span).toEqual({ start: 7, end: 8 });
  expect(runStatus(played)).toBe(2);
});

test('a fault of the model carries the step and a fingerprint', () => {
  const fault = (() => {
    try {
      play('$ true\n$ boom\n');
    } catch (error) {
      return error as ModelFault;
    }
    throw new Error('it should have thrown');
  })();
  expect(fault).toBeInstanceOf(ModelFault);
  expect(fault).toMatchObject({ step: 2, line: 2, command: 'boom', message: 'TypeError: undefined is not a function' });
  expect(fault.fingerprint).toMatch(/^[\da-f]{8}$/);
});

describe('--update', () => {
  const update = (body: string) => updateRunbook(body, play(body));

  test('fills in output, status and refusals of the kernel', () => {
    expect(update('$ echo a\n$ false\n\n(qemu) kernel\n')).toBe(
      '$ echo a\na\n$ false\nsh: no\n[1]\n\n(qemu) kernel\n[kernel] add_memory failed\n',
    );
  });

  test('keeps comments, blank lines and what holds', () => {
    const body = '# top\n\n$ echo a\n...\n\n# why\n$ echo b\nold\n# inside\nolder\n\n\n# end\n';
    expect(update(body)).toBe('# top\n\n$ echo a\n...\n\n# why\n$ echo b\nb\n# inside\n\n\n# end\n');
  });

  test('leaves alone what depends or is not modelled', () => {
    for (const body of ['$ depends\nx\n', '$ pipe\nx\n']) expect(update(body)).toBe(body);
  });

  test('keeps Windows line ends, prose around Markdown blocks, and a missing last line end', () => {
    expect(update('$ echo a\r\n\r\n$ false')).toBe('$ echo a\r\na\r\n\r\n$ false\r\nsh: no\r\n[1]');
    expect(update('# T\n\n```console\n$ echo a\n```\ntext\n')).toBe('# T\n\n```console\n$ echo a\na\n```\ntext\n');
  });

  test('what it writes is as expected the next time, and stays', () => {
    const body =
      '$ lines\n$ echo \\# x\n$ false\n[0]\n(qemu) bad\n$ probe\nx\n$ echo a \\\n> b\n$ info\n[kernel] other\n';
    const once = update(body);
    expect(verdicts(once).filter((verdict) => verdict.endsWith('!'))).toEqual([]);
    expect(status(once)).toBe(0);
    expect(update(once)).toBe(once);
    expect(once).toMatchSnapshot();
  });
});
