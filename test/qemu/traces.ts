/** The recordings of real kernels, where this checkout has them beside it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const TRACES = new URL('../../../shared/traces/', import.meta.url);

export interface TraceStep {
  readonly run?: string;
  readonly monitor?: string;
  readonly exit?: number;
  readonly output: string[];
  readonly dmesg: string[];
}

export interface Trace {
  readonly name: string;
  readonly kernel: { readonly release: string };
  readonly qemu: string[];
  readonly cmdline: string;
  readonly boot_dmesg: string[];
  readonly steps: TraceStep[];
}

export function readTraces(): { file: string; trace: Trace }[] {
  if (!existsSync(TRACES)) {
    console.warn(`skipped: no recordings at ${TRACES.pathname}`);
    return [];
  }
  return readdirSync(TRACES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, trace: JSON.parse(readFileSync(new URL(file, TRACES), 'utf8')) as Trace }));
}
