/** Sessions typed at real kernels, as they were recorded. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { runShell } from '../../src/tools/shell.ts';
import { NotModelled } from '../../src/tools/tool.ts';

export interface RecordedStep {
  readonly run: string;
  readonly exit: number;
  readonly output: readonly string[];
  readonly dmesg: readonly string[];
}

export interface RecordedSession {
  readonly kernel: string;
  readonly memory: string;
  readonly cmdline?: string;
  readonly qemu: readonly string[];
  /** Typed at the model alone: the real machine was brought there in another way. */
  readonly setup?: string;
  readonly steps: readonly RecordedStep[];
}

export function readJson<T>(base: string, file: string): T {
  return JSON.parse(readFileSync(fileURLToPath(new URL(file, base)), 'utf8')) as T;
}

export function machineOf({ kernel, memory, cmdline = '', qemu, setup }: RecordedSession): Machine {
  const machine = buildMachine({ kernel, memory, cmdline, qemu });
  if (setup !== undefined) runShell(machine, setup);
  return machine;
}

/** What the model makes of a step, in the recording's form. The recorder cut empty lines off the end. */
export function playStep(machine: Machine, run: string): RecordedStep | 'not modelled' {
  try {
    const { exit, output, log } = runShell(machine, run);
    const lines = [...output];
    while (lines.at(-1) === '') lines.pop();
    return { run, exit, output: lines, dmesg: log.filter(({ level }) => level < 7).map(({ text }) => text) };
  } catch (error) {
    if (error instanceof NotModelled) return 'not modelled';
    throw error;
  }
}

/** What a real tool said to arguments. */
export interface RecordedUsage {
  readonly args: string;
  readonly exit: number;
  readonly output: string;
}
