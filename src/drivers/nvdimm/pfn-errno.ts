/** What a bad info block is answered with. */

import type { Errno } from '../../kernel/errno.ts';
import { EOPNOTSUPP } from '../../kernel/errno.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/**
 * −EOPNOTSUPP, which keeps a namespace from being taken for a raw one, or the error of the time before.
 * Since Linux 6acd7d5ef264 ("libnvdimm/namespace: Enforce memremap_compat_align()") (v5.7); before it, each check had an error of its own.
 */
export function badInfoBlock(kernel: Kernel, old: Errno): Errno {
  return kernel.profile.does.badInfoBlockStopsProbe ? -EOPNOTSUPP : old;
}
