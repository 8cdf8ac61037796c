/** Completes lines of the QEMU monitor. */

import type { Machine } from '../../drivers/machine.ts';
import { PROPERTIES } from '../../drivers/qemu/device-options.ts';
import { BACKEND_TYPES, type QemuState } from '../../drivers/qemu/qemu.ts';
import { monitorAnswer } from '../../tools/monitor.ts';
import { beginning, type Completion } from './completion.ts';

/** Drivers that can be plugged into a running machine. */
const DRIVERS = ['pc-dimm', 'nvdimm'] as const;

/** Completes a monitor line, cut where the cursor stands. */
export function completeMonitor(machine: Machine, line: string): Completion {
  const { qemu } = machine.devices;
  const from = line.length - /\S*$/.exec(line)![0].length;
  if (qemu === undefined) return { from, words: [] };
  const word = line.slice(from);
  const before = line.slice(0, from).trim().split(/\s+/).filter((each) => each !== '');
  const command = before[0];
  // The monitor's own help lists what memhp models of it.
  const help = monitorAnswer(qemu, 'help').output.filter((each) => /^\w/.test(each));
  const whole = (names: readonly string[]): Completion => ({ from, words: beginning(names, word).map((name) => `${name} `) });
  if (command === undefined) return whole([...new Set(help.map((each) => each.split(' ')[0]!)), 'help']);
  if (command === 'info') {
    return whole(help.flatMap((each) => (each.startsWith('info ') ? [each.split(' ')[1]!] : [])));
  }
  if (before.length === 1 && (command === 'object_add' || command === 'device_add')) {
    return properties(qemu, command, word, from);
  }
  const ids = qemu.devices.map(({ id }) => id).filter((id) => id !== '');
  if (before.length === 1 && command === 'device_del') return whole(ids);
  if (before.length === 1 && command === 'object_del') return whole([...qemu.backends.keys()]);
  if (command === 'qom-set' || command === 'qom-get') {
    if (before.length === 1) return whole(ids.map((id) => `/machine/peripheral/${id}`));
    if (before.length === 2) return whole(command === 'qom-set' ? ['requested-size'] : ['requested-size', 'size', 'addr', 'memdev']);
  }
  return whole([]);
}

/** `pc-dimm,id=d1,memdev=`: the type first, then names with `=`, then values where they are known. */
function properties(qemu: QemuState, command: 'object_add' | 'device_add', word: string, from: number): Completion {
  const parts = word.split(',');
  const last = parts.at(-1)!;
  const at = from + word.length - last.length;
  if (parts.length === 1) {
    const types = command === 'object_add' ? BACKEND_TYPES : DRIVERS;
    return { from: at, words: beginning(types, last).map((type) => `${type},`) };
  }
  const given = new Set(parts.map((part) => part.split('=')[0]));
  const memdev = /^memdev=(.*)$/.exec(last);
  if (memdev !== null) {
    const used = new Set(qemu.devices.map((device) => device.memdev));
    const free = [...qemu.backends.keys()].filter((id) => !used.has(id));
    return { from: at + 'memdev='.length, words: beginning(free, memdev[1]!) };
  }
  const driver = DRIVERS.find((name) => name === parts[0]);
  const names = command === 'object_add' ? ['id', 'size'] : driver === undefined ? [] : ['id', 'memdev', ...PROPERTIES[driver]];
  const open = [...new Set(names)].filter((name) => !given.has(name));
  return { from: at, words: beginning(open, last).map((name) => `${name}=`) };
}
