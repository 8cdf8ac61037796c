/** Words for the kernel command line, thrown at random. */

import type { Dice } from './fuzz-dice.ts';

/** `kernelcore=` and `movablecore=`. */
export function movableWord(dice: Dice): string {
  return dice.pick([
    'movablecore=1G',
    'movablecore=900M',
    'movablecore=50%',
    'movablecore=20%',
    'movablecore=333M',
    'kernelcore=1G',
    'kernelcore=700M',
    'kernelcore=60%',
    'kernelcore=514M',
  ]);
}

/** What becomes of memory that is plugged. */
export function onlineWords(dice: Dice): string[] {
  const words = [`memhp_default_state=${dice.pick(['online', 'offline', 'online_movable', 'online_kernel'])}`];
  if (dice.chance(0.25)) words.push(`memory_hotplug.memmap_on_memory=${dice.pick(['1', 'y', 'force', '0'])}`);
  if (dice.chance(0.25)) words.push('memory_hotplug.online_policy=auto-movable');
  if (dice.chance(0.1)) words.push(`memory_hotplug.auto_movable_ratio=${dice.pick([100, 200, 401])}`);
  return words;
}
