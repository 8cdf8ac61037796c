/** What a command of the monitor answers, and the shapes of QEMU's refusals. */

import type { QemuState } from '../drivers/qemu/qemu.ts';

/** What QEMU asks the guest to do after a command. */
export type GuestRequest =
  | { readonly kind: 'plug' | 'unplug' | 'plug-nvdimm'; readonly slot: number }
  | { readonly kind: 'virtio-mem-config'; readonly addr: number };

/** QEMU's side of a command. */
export interface MonitorAnswer {
  readonly state: QemuState;
  readonly output: string[];
  readonly request?: GuestRequest;
}

/** QEMU refuses on the monitor with this before its words. */
export function errorLines(error: string): string[] {
  return `Error: ${error}`.split('\n');
}

export function usage(command: string, problem?: string): string[] {
  const advice = `Try "help ${command}" for more information`;
  return problem === undefined ? [advice] : [`${command.replace(/^info /, '')}: ${problem}`, advice];
}

export const EXTRANEOUS = 'extraneous characters at the end of line';

/** Whether the monitor refused: it has no exit status, its words tell. */
export function monitorRefuses(output: readonly string[]): boolean {
  return output.some((line) => /^(?:Error: |unknown command: '|Try "help )/.test(line));
}
