/** A captured machine as one to play on: read, booted on the model, its blocks set as recorded. */

import { assembleMachines } from '../capture/assemble.ts';
import { CaptureError, placeText } from '../capture/capture-error.ts';
import { machineDescriptionOf, type CapturedDescription } from '../capture/machine-description.ts';
import { readSource } from '../capture/read-source.ts';
import { Machine } from '../drivers/machine.ts';
import { NO_DEVICES } from '../drivers/no-devices.ts';
import { boot } from '../kernel/boot/boot.ts';
import { createKernel } from '../kernel/create-kernel.ts';
import { deviceOffline } from '../kernel/memory-block.ts';
import { resolveProfile } from '../kernel/profile/profile.ts';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { sourceText } from '../runbook/source-text.ts';
import type { MachineOrTrouble } from './machine-source.ts';

/** Reads a capture (file, folder, archive) and boots the model on what it tells; `kernel` overrides its kernel. */
export function captureMachine(path: string, kernel: string | undefined): MachineOrTrouble {
  const refuse = (message: string, help?: string, code: Diagnostic['code'] = 'MHP0021'): MachineOrTrouble => ({
    diagnostics: [diagnostic(code, message, sourceText(path, ''), undefined, { help })],
  });
  let descriptions: CapturedDescription[];
  let machines: ReturnType<typeof assembleMachines>;
  try {
    machines = assembleMachines(readSource(path).parts);
    descriptions = machines.map(machineDescriptionOf).filter((one) => one !== undefined);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const where = placeText(error.place);
    return refuse(where === path ? error.message : `${error.message} (${where})`, error.help, 'MHP0001');
  }
  if (descriptions.length === 0) {
    return refuse(
      'no machine can be booted from this: no address of RAM is known',
      `see what it tells with: memhp inspect ${path}`,
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
  const about = {
    kernel: profileName,
    arch: description.archName,
    cmdline: description.boot.cmdline,
    capture: path,
    assumed,
  };
  return { ready: { machine, about } };
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
