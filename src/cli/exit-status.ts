/** What the program's exit status says. */

export const EXIT_OK = 0;
/** It does not hold: a command failed, states differ. */
export const EXIT_DIFFERS = 1;
/** The user's input. */
export const EXIT_USAGE = 2;
/** Something is missing here: QEMU, a kernel, a permission. */
export const EXIT_MISSING = 3;
/** Part of it holds, part of it is open. */
export const EXIT_PARTLY = 64;
/** Our bug. */
export const EXIT_BUG = 70;
