/** What daxctl says as it brings a device's memory online or takes it offline. */

import { ENXIO, strerror, type Errno } from '../../kernel/errno.ts';
import {
  countBlocks, countOnline, memoryOf, offlineBlocks, onlineBlocks, type OnlineZone, type Speaker,
} from './memory-blocks.ts';
import type { DaxDevice } from './dax-sysfs.ts';

function plural(count: number): string {
  return `${count} memory section${count === 1 ? '' : 's'}`;
}

/** How many blocks there are and how many are online, or the error that was reported. */
function countBoth(speaker: Speaker, device: DaxDevice): { total: number; online: number } | Errno {
  const { name } = device;
  const memory = memoryOf(speaker, device);
  if (memory === undefined) {
    speaker.stderr(`${name}: failed to get the memory object\n`);
    return -ENXIO;
  }
  const total = countBlocks(speaker, device, memory);
  if (total < 0) {
    speaker.stderr(`${name}: failed to get number of memory sections\n`);
    return total;
  }
  const online = checkedOnline(speaker, device);
  return online < 0 ? online : { total, online };
}

/** Blocks online, or the error that was reported. */
export function checkedOnline(speaker: Speaker, device: DaxDevice): number {
  const memory = memoryOf(speaker, device);
  if (memory === undefined) return 0;
  const online = countOnline(speaker, device, memory);
  if (online < 0) speaker.stderr(`${device.name}: failed to determine online state: ${strerror(online)}\n`);
  return online;
}

/** Brings all of it online: 0, 1 when it was, or −errno. */
export function onlineMemory(speaker: Speaker, device: DaxDevice, zone: OnlineZone): number {
  const { name } = device;
  const counts = countBoth(speaker, device);
  if (typeof counts === 'number') return counts;
  const { total, online } = counts;
  if (online > 0) {
    speaker.stderr(
      `${name}:\n  WARNING: detected a race while onlining memory\n` +
        '  Some memory may not be in the expected zone. It is\n' +
        '  recommended to disable any other onlining mechanisms,\n' +
        '  and retry. If onlining is to be left to other agents,\n' +
        '  use the --no-online option to suppress this warning\n',
    );
  }
  if (online === total) {
    speaker.stderr(`${name}: all memory sections (${online}) already online\n`);
    return 1;
  }
  if (online > 0) speaker.stderr(`${name}: ${plural(online)} already online\n`);
  const memory = memoryOf(speaker, device);
  const done = memory === undefined ? -ENXIO : onlineBlocks(speaker, device, memory, zone);
  if (done < 0) {
    speaker.stderr(`${name}: failed to online memory: ${strerror(done)}\n`);
    return done;
  }
  const after = checkedOnline(speaker, device);
  if (after >= 0 && after < total) {
    speaker.stderr(`${name}: failed to online ${total - after} memory sections\n`);
    return -ENXIO;
  }
  return Math.min(after, 0);
}

/** Takes all of it offline: 0, 1 when it was, or −errno. */
export function offlineMemory(speaker: Speaker, device: DaxDevice): number {
  const { name } = device;
  const counts = countBoth(speaker, device);
  if (typeof counts === 'number') return counts;
  const { total, online } = counts;
  const offline = total - online;
  if (offline === total) {
    speaker.stderr(`${name}: all memory sections (${offline}) already offline\n`);
    return 1;
  }
  if (offline > 0) speaker.stderr(`${name}: ${plural(offline)} already offline\n`);
  const memory = memoryOf(speaker, device);
  const done = memory === undefined ? -ENXIO : offlineBlocks(speaker, device, memory);
  if (done < 0) {
    speaker.stderr(`${name}: failed to offline memory: ${strerror(done)}\n`);
    return done;
  }
  const after = checkedOnline(speaker, device);
  if (after > 0) {
    speaker.stderr(`${name}: failed to offline ${after} memory sections\n`);
    return -ENXIO;
  }
  return after;
}
