/** Machine arguments the real QEMU refuses: the same words, and nothing refused that it takes. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MachineDescriptionError } from '../../src/drivers/machine-description.ts';
import { splitMemoryArgument, startQemu } from '../../src/drivers/qemu/args.ts';

interface Row {
  readonly args: string[];
  readonly refusal: { readonly exit: number; readonly output: string[] } | null;
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/refused.json', import.meta.url), 'utf8')) as {
  rows: Row[];
};

function refusalOf(args: readonly string[]): MachineDescriptionError | undefined {
  const { memory, rest } = splitMemoryArgument(args);
  try {
    startQemu(memory, rest);
    return undefined;
  } catch (error) {
    if (error instanceof MachineDescriptionError) return error;
    throw error;
  }
}

describe('machine arguments', () => {
  for (const { args, refusal } of recorded.rows) {
    test(args.join(' '), () => {
      const error = refusalOf(args);
      if (refusal === null) {
        expect(error).toBeUndefined();
        return;
      }
      expect(error).toBeDefined();
      const option = error?.option === undefined ? '' : `${error.option}: `;
      const said = `qemu-system-x86_64: ${option}${error?.message}`.split('\n');
      expect(said).toEqual(refusal.output.slice(0, said.length));
    });
  }
});
