/** A captured machine as one to play on: booted on the model, its blocks set as recorded. */

import { Machine } from '../drivers/machine.ts';
import { NO_DEVICES } from '../drivers/no-devices.ts';
import { boot } from '../kernel/boot/boot.ts';
import { createKernel } from '../kernel/create-kernel.ts';
import { deviceOffline } from '../kernel/memory-block.ts';
import { resolveProfile } from '../kernel/profile/profile.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import { assembleMachines, type NamedPart } from './assemble.ts';
import { machineDescriptionOf, type CapturedDescription } from './machine-description.ts';

/** A captured machine that has booted, and what it was booted as. */
export interface BootedCapture {
  readonly machine: Machine;
  readonly kernel: string;
  readonly arch: string;
  readonly cmdline: string;
  /** What the capture did not tell and was assumed, one sentence each. */
  readonly assumed: readonly string[];
}

/** Boots the one machine that parts of captures describe; `kernel` overrides its kernel, `source` names it in complaints. */
export function bootCaptured(
  parts: readonly NamedPart[],
  kernel: string | undefined,
  source: string,
): BootedCapture | { readonly diagnostics: readonly Diagnostic[] } {
  const refuse = (message: string, help?: string): { diagnostics: Diagnostic[] } => ({
    diagnostics: [diagnostic('MHP0021', message, sourceText(source, ''), undefined, { help })],
  });
  const descriptions = assembleMachines(parts)
    .map(machineDescriptionOf)
    .filter((one) => one !== undefined);
  if (descriptions.length === 0) {
    return refuse(
      'no machine can be booted from this: no address of RAM is known',
      `see what it tells with: memhp inspect ${source}`,
    );
  }
  if (descriptions.length > 1) {
    return refuse(`it holds ${descriptions.length} machines`, 'name the part that holds the one you mean');
  }
  const description = descriptions[0]!;
  const profileName = kernel ?? description.profileName;
  const profile = resolveProfile(profileName, description.archName);
  const map = boot(description.boot, profile);
  if (map.panic !== undefined) return refuse(`this kernel does not boot on it: ${map.panic}`);
  const blockSize = description.memoryBlockSizeBytes ?? map.memoryBlockSizeBytes;
  const machine = new Machine(createKernel({ ...map, memoryBlockSizeBytes: blockSize }, profile, description.boot), {
    ...NO_DEVICES,
    cmdline: description.boot.cmdline,
  });
  const assumed = [...description.assumed, ...setBlocks(machine, description)];
  return { machine, kernel: profileName, arch: description.archName, cmdline: description.boot.cmdline, assumed };
}

/** Takes offline what was recorded offline, without a trace in the log. Returns what could not be brought about. */
function setBlocks(machine: Machine, description: CapturedDescription): string[] {
  const { kernel } = machine;
  const log = kernel.log;
  kernel.unmovable = () => false;
  const missing: string[] = [];
  for (const { first, last, state } of description.blockStates) {
    if (state === 'online') continue;
    let failed = 0;
    for (let id = first; id <= last; id++) {
      if (!kernel.blocks.has(id) || deviceOffline(kernel, id) < 0) failed++;
    }
    if (failed > 0) {
      const name =
        first === last ? `block ${first} was` : `${failed} of blocks ${first}-${last} ${failed === 1 ? 'was' : 'were'}`;
      missing.push(`${name} offline, and could not be set so here`);
    }
  }
  kernel.unmovable = undefined;
  kernel.log = log;
  return missing;
}
