/**
 * What real 6.1 and 6.12 kernels and daxctl 76.1 said, played on the model. Recorded for these tests: Debian's kernels
 * (6.1.0-54 and 6.12.117) under QEMU 7.2 with TCG, a busybox shell, each line's exit status, output and kernel log;
 * /proc/iomem with the lines the model owns.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bootInputOf, parseBootLog } from '../../src/capture/boot-log.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { comparableLog, comparableOutput, ownedIomem } from '../../src/realkernel/compare.ts';
import { runShell } from '../../src/tools/shell.ts';

const lines = z.array(z.string());
const recorded = z.object({
  name: z.string(),
  qemu: lines,
  cmdline: z.string(),
  kernels: z.record(
    z.string(),
    z.object({
      boot: lines,
      steps: z.array(z.object({ run: z.string(), exit: z.number(), output: lines, dmesg: lines })),
    }),
  ),
});
type Recorded = z.infer<typeof recorded>;

const folder = new URL('recorded/', import.meta.url);
const all = readdirSync(folder).map((file) => recorded.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));

function boot({ qemu, cmdline }: Recorded, kernel: string, log: readonly string[]): Machine {
  const at = qemu.indexOf('-m');
  const { e820, srat, pciWindows } = bootInputOf(parseBootLog(log.join('\n')));
  const others = qemu.filter((_, i) => i !== at && i !== at + 1);
  const seen = { e820, srat, ...(pciWindows === undefined ? {} : { pciWindows }) };
  return buildMachine({ kernel, memory: qemu[at + 1] ?? '', cmdline, qemu: others }, seen);
}

describe.each(all)('$name', (recording) => {
  test.each(Object.keys(recording.kernels))('on %s', (kernel) => {
    const { boot: log, steps } = recording.kernels[kernel]!;
    const machine = boot(recording, kernel, log);
    for (const { run, exit, output, dmesg } of steps) {
      const result = runShell(machine, run);
      const said = result.log.filter((line) => line.level < 7).map((line) => line.text);
      const got = comparableOutput(result.output);
      expect(
        { run, exit: result.exit, output: run.includes('/proc/iomem') ? ownedIomem(got) : got, log: comparableLog(said) },
        run,
      ).toEqual({ run, exit, output: comparableOutput(output), log: comparableLog(dmesg) });
    }
  });
});
