/** Guests under the real QEMU, step by step: plug, eject and boot with DIMMs, on Debian's 6.1 and 6.12. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { splitMemoryArgument } from '../../src/drivers/qemu/args.ts';
import { MEM_ONLINE } from '../../src/kernel/block-table.ts';
import { logLines } from '../../src/kernel/log.ts';
import { validZones } from '../../src/kernel/memory-block.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

interface State {
  /** Each `number state valid_zones node`. */
  readonly blocks: string[];
  readonly ram: string[];
}

interface Guest {
  readonly name: string;
  readonly kernel: string;
  readonly qemu: string[];
  readonly cmdline: string;
  readonly boot: State & { readonly dmesg: string[] };
  readonly steps: { command: string; output: string[]; dmesg: string[]; state?: State }[];
}

const { guests } = JSON.parse(readFileSync(new URL('./recorded/guests.json', import.meta.url), 'utf8')) as {
  guests: Guest[];
};

/** Log lines no map tells, and those docs/fidelity-qemu.md names as missing. */
const UNPREDICTED =
  /^(Fallback|Built|Policy|Demotion|page:|head:|flags:|raw:|page_type|WARNING|page dumped|anon flags|clocksource)/;

function stateOf(machine: Machine): State {
  const { kernel } = machine;
  const blocks: string[] = [];
  for (const run of kernel.blocks.runs()) {
    for (let id = run.first; id <= run.last; id++) {
      const zones = validZones(kernel, id).replaceAll(' ', ',');
      blocks.push(`${id} ${run.state === MEM_ONLINE ? 'online' : 'offline'} ${zones} ${run.nid}`);
    }
  }
  return { blocks, ram: printIomem(kernel.iomem).filter((row) => /System RAM|Persistent Memory|RAM buffer/.test(row)) };
}

function type(machine: Machine, command: string): { output: string[]; dmesg: string[] } {
  const monitor = command.startsWith('(qemu) ');
  const result = monitor ? runMonitor(machine, command.slice(7)) : runShell(machine, command.slice(2));
  const dmesg = result.log.filter((row) => row.level <= 6).map((row) => row.text);
  return { output: result.output, dmesg: dmesg.filter((row) => !UNPREDICTED.test(row)) };
}

describe.each(guests)('$name on $kernel', (guest) => {
  const { memory, rest } = splitMemoryArgument(guest.qemu);
  const machine = buildMachine({ kernel: guest.kernel, memory, cmdline: guest.cmdline, qemu: rest });
  let state: State = guest.boot;

  test('boot', () => {
    const log = logLines(machine.kernel.log).map((row) => row.text);
    expect(log.filter((row) => /PNP0C80|Block size \[/.test(row))).toEqual(guest.boot.dmesg);
    expect(stateOf(machine)).toEqual({ blocks: state.blocks, ram: state.ram });
  });
  for (const [i, step] of guest.steps.entries()) {
    test(`${i + 1}: ${step.command}`, () => {
      state = step.state ?? state;
      // Whether kernel pages could be moved no map tells: what the real kernel then did does.
      machine.kernel.unmovable = (id) => state.blocks.some((row) => row.startsWith(`${id} online`));
      const { output, dmesg } = type(machine, step.command);
      expect(output).toEqual(step.output);
      expect(dmesg).toEqual(step.dmesg);
      expect(stateOf(machine)).toEqual({ blocks: state.blocks, ram: state.ram });
    });
  }
});
