/** CXL on real kernels under QEMU 7.2: what cxl, the files and the log said, step by step. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { runShell } from '../../src/tools/shell.ts';
import { machineOf, playStep, readJson, type RecordedSession, type RecordedUsage } from '../daxctl/recorded-session.ts';

/** Recordings, and how many of their steps the model refuses by name. */
const SESSIONS: readonly (readonly [file: string, refused: number])[] = [
  ['one-card-6.1', 0],
  // Listing a region's directory: access0 and access1 are not modelled.
  ['one-card-6.12', 1],
  ['four-cards-6.1', 0],
];

/** The order in which several cards become DIMMs differed between runs of the real kernel. */
function withoutDimmNumbers<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/nmem\d+/g, 'nmem')) as T;
}

test.each(SESSIONS)('%s agrees', (file, refused) => {
  const session = readJson<RecordedSession>(import.meta.url, `recorded/${file}.json`);
  const machine = machineOf(session);
  let unmodelled = 0;
  for (const step of session.steps) {
    const said = playStep(machine, step.run);
    if (said === 'not modelled') unmodelled++;
    else expect(withoutDimmNumbers(said), step.run).toEqual(withoutDimmNumbers(step));
  }
  expect(unmodelled).toBe(refused);
});

describe('without devices', () => {
  const machine = buildMachine({ kernel: '6.12', memory: '2G', cmdline: '', qemu: [] });
  test.each(readJson<RecordedUsage[]>(import.meta.url, 'recorded/usage.json'))('cxl $args', ({ args, exit, output }) => {
    const said = runShell(machine, `cxl ${args}`);
    expect({ exit: said.exit, output: said.output.join('\n') }).toEqual({ exit, output: output.replace(/\n$/, '') });
  });
});
