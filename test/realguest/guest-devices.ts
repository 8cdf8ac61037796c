/** The devices of libnvdimm as a guest's sysfs shows them. */

import type { Guest } from './guest.ts';

/** Attributes by device and name. */
export type Devices = Record<string, Record<string, string>>;

export const SHOWN_ATTRIBUTES = 'resource size uuid alt_name holder mode align namespace sector_size set_cookie'.split(' ');

/** A shell line that prints them. */
const SHOW = `cd /sys/bus/nd/devices; for d in *; do for a in ${SHOWN_ATTRIBUTES.join(' ')}; do test -f $d/$a && echo "$d $a $(cat $d/$a 2>/dev/null)"; done; done`;

export async function devicesOf(guest: Guest): Promise<Devices> {
  const devices: Devices = {};
  for (const line of (await guest.run(SHOW)).output) {
    const [device = '', name = '', ...value] = line.split(' ');
    (devices[device] ??= {})[name] = value.join(' ');
  }
  return devices;
}
