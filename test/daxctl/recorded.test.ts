/** daxctl over dynamic regions and kmem: what the real one said on real kernels, step by step. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { runShell } from '../../src/tools/shell.ts';
import { machineOf, playStep, readJson, type RecordedSession, type RecordedUsage } from './recorded-session.ts';

for (const name of ['hmem', 'kmem', 'kmem-online']) {
  for (const kernel of ['6.1', '6.12']) {
    const session = readJson<RecordedSession>(import.meta.url, `recorded/${name}-${kernel}.json`);
    test(`${name} on ${kernel}: ${session.steps.length} steps agree`, () => {
      const machine = machineOf(session);
      for (const step of session.steps) expect(playStep(machine, step.run), step.run).toEqual(step);
    });
  }
}

describe('without devices', () => {
  const machine = buildMachine({ kernel: '6.12', memory: '2G', cmdline: '', qemu: [] });
  test.each(readJson<RecordedUsage[]>(import.meta.url, 'recorded/usage.json'))('daxctl $args', ({ args, exit, output }) => {
    const said = runShell(machine, `daxctl ${args}`);
    expect({ exit: said.exit, output: said.output.join('\n') }).toEqual({ exit, output: output.replace(/\n$/, '') });
  });

  test.each(['split-acpi', 'migrate-device-model', 'list -v', 'create-device --input=x', 'online-memory -v all'])(
    'daxctl %s is refused',
    (args) => {
      const text = args === 'list -v' ? /unknown switch `v'/ : /not modelled/;
      expect(() => {
        const { output } = runShell(machine, `daxctl ${args}`);
        throw new Error(output.join('\n'));
      }).toThrow(text);
    },
  );
});
