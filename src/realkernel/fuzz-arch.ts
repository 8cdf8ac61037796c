/** The architecture of a campaign: its cases are thrown for it, so that all its kernels have the same. */

import type { QemuArch } from '../drivers/qemu/platform.ts';
import { familiesOf, USUAL_FAMILIES, type Family } from './fuzz-families.ts';

export interface CampaignArch {
  readonly arch: QemuArch;
  readonly families: readonly Family[];
}

/** What the kernels have in common, and those of the families asked for that it has; or what is wrong with the request. */
export function campaignArch(archs: readonly QemuArch[], asked: readonly Family[]): CampaignArch | { readonly trouble: string } {
  const [arch = 'x86_64', ...others] = new Set(archs);
  if (others.length > 0) return { trouble: `a campaign is of one architecture: ${[arch, ...others].join(' and ')} need one each` };
  const known = familiesOf(arch);
  const families = asked === USUAL_FAMILIES ? known.filter((name) => USUAL_FAMILIES.includes(name)) : asked;
  const unknown = families.find((name) => !known.includes(name));
  if (families.length > 0 && unknown === undefined) return { arch, families };
  if (known.length === 0) return { trouble: `there are no families of ${arch} yet` };
  return { trouble: `${arch} has no family ${unknown}: its families are ${known.join(', ')}` };
}
