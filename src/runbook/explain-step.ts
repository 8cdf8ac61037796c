/** A failed check in one plain sentence. */

import type { CheckStep } from '../kernel/explain.ts';
import { GiB, KiB, MiB, TiB, hex } from '../kernel/units.ts';

/** `mm/memory_hotplug.c: check_hotplug_memory_range needs: …; here size = 0x4000000 (64M)`. */
export function explainStep(step: CheckStep): string {
  const values = Object.entries(step.values).map(([name, value]) => `${name} = ${showValue(name, value)}`);
  const here = values.length === 0 ? '' : `; here ${values.join(', ')}`;
  return `${step.file}: ${step.fn} needs: ${step.condition}${here}`;
}

const SIZE = /size|bytes|align/i;
const ADDRESS = /start|end|addr|base|pfn|range|limit/i;
const COUNT = /pages|^nr|count/i;

function showValue(name: string, value: number | string | boolean): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : value ? 'yes' : 'no';
  if (!Number.isSafeInteger(value) || value < 0) return String(value);
  if (SIZE.test(name)) return `${hex(value)}${roundSize(value)}`;
  if (ADDRESS.test(name) && !COUNT.test(name)) return hex(value);
  return String(value);
}

/** ` (64M)` when the size is a whole number of some unit. */
function roundSize(bytes: number): string {
  const units = [
    ['T', TiB],
    ['G', GiB],
    ['M', MiB],
    ['K', KiB],
  ] as const;
  for (const [letter, unit] of units) if (bytes >= unit && bytes % unit === 0) return ` (${bytes / unit}${letter})`;
  return '';
}
