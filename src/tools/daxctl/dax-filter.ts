/** Which regions and devices an argument means. */

import type { DaxDevice, DaxRegionView } from './dax-sysfs.ts';

/** `all`, `N` or `regionN`, whatever follows the number; no identifier means all. */
export function selectsRegion(region: DaxRegionView, ident: string | undefined): boolean {
  if (ident === undefined || ident === 'all') return true;
  const digits = /^(?:\s*|region\s*)([+-]?[0-9]+)/.exec(ident)?.[1];
  return digits !== undefined && Number(digits) === region.id;
}

/** `all`, `daxR.I` or `R.I`; no identifier means all. */
export function selectsDevice(device: DaxDevice, ident: string | undefined): boolean {
  if (ident === undefined || ident === 'all' || ident === device.name) return true;
  const match = /^\s*([+-]?[0-9]+)\.\s*([+-]?[0-9]+)/.exec(ident);
  return match !== null && Number(match[1]) === device.region.id && Number(match[2]) === device.id;
}
