import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { buildMachine } from '../../src/drivers/build-machine.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import { ndctl } from '../../src/tools/ndctl/ndctl.ts';
import { ProcessFiles } from '../../src/tools/process-files.ts';
import { askNdctl, type RecordedAnswer } from './record-no-devices.ts';

const recorded = JSON.parse(readFileSync(new URL('no-devices.json', import.meta.url), 'utf8')) as RecordedAnswer[];
const machine = buildMachine({ kernel: '6.12', memory: '1G', cmdline: '', qemu: [] });

function ask(args: readonly string[]): RecordedAnswer {
  let [stdout, stderr] = ['', ''];
  const exit = ndctl(
    {
      machine,
      files: new ProcessFiles(modelFiles(machine)),
      stdin: '',
      stdout: (text) => void (stdout += text),
      stderr: (text) => void (stderr += text),
    },
    args,
  );
  return { args, exit, stdout, stderr };
}

describe('ndctl without a device', () => {
  test.each(recorded.map((answer) => [`ndctl ${answer.args.join(' ')}`, answer] as const))('%s', (_name, answer) => {
    expect(ask(answer.args)).toEqual(answer);
  });

  const version = spawnSync('ndctl', ['--version'], { encoding: 'utf8' }).stdout?.trim();
  const reasons: readonly (readonly [boolean, string])[] = [
    [version !== '76.1', 'ndctl 76.1 is not installed'],
    [existsSync('/sys/bus/nd/devices/ndbus0'), 'this machine has an nd bus'],
    [!existsSync('/sys/devices/system/node'), 'this machine shows no nodes in /sys'],
  ];
  const cannot = reasons.find(([holds]) => holds)?.[1] ?? '';
  if (cannot !== '') {
    console.warn(`skipped: the installed ndctl is not asked: ${cannot}`);
    test.skip(`the installed program says the same (${cannot})`, () => {});
  } else {
    test('the installed program says the same', () => {
      for (const answer of recorded) expect(askNdctl(answer.args)).toEqual(answer);
    });
  }
});
