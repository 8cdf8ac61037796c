/** QEMU's side of virtio-mem and virtio-pmem against the real QEMU: every recorded answer, to the letter. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MachineDescriptionError } from '../../src/drivers/machine-description.ts';
import { splitMemoryArgument, startQemu } from '../../src/drivers/qemu/args.ts';
import { monitorAnswer } from '../../src/tools/monitor.ts';
import { NotModelled } from '../../src/tools/tool.ts';
import { VIRTIO_SESSIONS } from './qemu-sessions.ts';

interface Recorded {
  readonly rows: readonly { readonly session: string; readonly line: string; readonly output: string[] }[];
  readonly machines: readonly { readonly args: string[]; readonly refusal: { readonly output: string[] } | null }[];
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/qemu.json', import.meta.url), 'utf8')) as Recorded;

describe.each(VIRTIO_SESSIONS)('$name', ({ name, args }) => {
  const { memory, rest } = splitMemoryArgument(args);
  let state = startQemu(memory, rest);
  for (const { line, output } of recorded.rows.filter((row) => row.session === name)) {
    test(line, () => {
      const answer = monitorAnswer(state, line);
      expect(answer.output).toEqual(output);
      state = answer.state;
    });
  }
});

describe('machines', () => {
  test.each(recorded.machines)('$args', ({ args, refusal }) => {
    const { memory, rest } = splitMemoryArgument(args);
    let error: MachineDescriptionError | undefined;
    try {
      startQemu(memory, rest);
    } catch (thrown) {
      if (!(thrown instanceof MachineDescriptionError)) throw thrown;
      error = thrown;
    }
    const option = error?.option === undefined ? '' : `${error.option}: `;
    const said = error && `qemu-system-x86_64: ${option}${error.message}`.split('\n');
    expect(said).toEqual(refusal?.output);
  });
});

test('what is not modelled is named', () => {
  const { memory, rest } = splitMemoryArgument(VIRTIO_SESSIONS[0].args);
  const state = startQemu(memory, rest);
  for (const line of [
    'qom-get /machine type',
    'qom-get b size',
    'qom-get vm0 aer',
    'qom-set vm0 aer on',
    'qom-list vm0',
  ]) {
    expect(() => monitorAnswer(state, line), line).toThrow(NotModelled);
  }
});
