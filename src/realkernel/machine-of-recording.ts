/** The machine a recording was made on, built on the model. Needs no Node: the browser reads recordings too. */

import { bootInputOf, parseBootLog } from '../capture/boot-log.ts';
import { buildMachine } from '../drivers/build-machine.ts';
import type { Machine } from '../drivers/machine.ts';
import { qemuArchOfUname } from '../drivers/qemu/platform.ts';
import { profileOfRelease } from '../kernel/profile/profile-of-release.ts';
import type { Recording } from './recording.ts';

/** The machine of a recording, booted from the firmware map its boot log shows. */
export function machineOfRecording(recording: Recording): Machine {
  const arch = qemuArchOfUname(recording.kernel.arch) ?? 'x86_64';
  const kernel = profileOfRelease(recording.kernel.release).profile.name;
  const { memory, others } = splitMemoryArgument(recording.qemu);
  const description = { kernel, memory, cmdline: recording.cmdline, qemu: others };
  // Elsewhere the log shows no firmware's map: the machine's own words tell as much.
  if (arch !== 'x86_64') return buildMachine({ ...description, arch });
  const { e820, srat, pciWindows } = bootInputOf(parseBootLog(recording.boot_dmesg.join('\n')));
  return buildMachine(description, { e820, srat, ...(pciWindows === undefined ? {} : { pciWindows }) });
}

function splitMemoryArgument(qemu: readonly string[]): { memory: string; others: string[] } {
  const at = qemu.indexOf('-m');
  if (at < 0) return { memory: '128M', others: [...qemu] };
  return { memory: qemu[at + 1] ?? '', others: qemu.filter((_, i) => i !== at && i !== at + 1) };
}
