/** Machines whose firmware is recorded from the real QEMU and SeaBIOS. */

export const MACHINES: readonly (readonly string[])[] = [];
