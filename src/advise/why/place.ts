/** Who makes a check, and where. */

import type { CheckPoint } from '../../kernel/explain.ts';

/** `mm/memory_hotplug.c: check_hotplug_memory_range`, or `ndctl: create-namespace --align`. */
export function placeOf(point: CheckPoint): string {
  return `${point.file}: ${point.fn}`;
}

/** The kernel for a source file, else the program the check belongs to. */
export function whoChecks({ file }: CheckPoint): string {
  if (/\.[ch]$/.test(file)) return 'The kernel';
  return file === 'sh' ? 'The shell' : file;
}
