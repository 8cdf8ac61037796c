/** Random machines with lines for sessions: the fuzzing campaign's, and what people mistype. */

import fc from 'fast-check';
import { fuzzCase, USUAL_FAMILIES } from '../../src/realkernel/fuzz-families.ts';
import { runbookOfCase } from '../../src/realkernel/fuzz-case.ts';
import { stateOfMachine } from '../../src/realkernel/model-state.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { promptText } from '../../src/runbook/typed-command.ts';

export interface RandomSession {
  readonly text: string;
  /** Undefined where the machine does not boot. */
  readonly build: () => Machine | undefined;
  readonly lines: readonly string[];
}

/** What is not in the fuzzing families: text that runbooks read otherwise, slips, what is not modelled. */
const ODD_LINES = [
  'echo "# no comment"; echo [1]; echo ...; echo "[kernel] x"; echo "\\$ y"; echo',
  'echo a\\',
  'printf "\\n\\nx\\n\\n"',
  '  echo "  b "  ',
  'echo ```console',
  'dmesg',
  'false',
  'nosuch --command',
  'lsblk',
  'echo online > /sys/devices/system/memory/memory0/state; lsblk',
  'echo "unclosed',
  '(qemu) info memory-devices',
  '(qemu) nosuch',
  '(qemu) screendump x',
  '',
  '# a remark',
];

export const randomSession: fc.Arbitrary<RandomSession> = fc
  .record({
    family: fc.constantFrom(...USUAL_FAMILIES),
    seed: fc.nat(2 ** 31),
    kernel: fc.constantFrom('6.12', '6.1', '5.0'),
    odd: fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...ODD_LINES)), { maxLength: 6 }),
  })
  .map(({ family, seed, kernel, odd }) => {
    const text = runbookOfCase(fuzzCase(family, seed), kernel);
    const { book } = parseRunbook(text, 'random');
    const lines = book.commands.slice(0, 12).map((command) => `${promptText(command.prompt)} ${command.text}`);
    for (const [at, line] of odd) lines.splice(Math.min(at, lines.length), 0, line);
    return { text, lines, build: () => buildFromHeader(book.source, book.header).machine };
  });

/** Everything that can be seen of a machine, as one text. */
export function everythingOf(machine: Machine): string {
  const { kernel, devices } = machine;
  const seen = [stateOfMachine(machine, true), devices.modules, devices.qemu, kernel.log?.length, devices.random];
  return JSON.stringify(seen, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
