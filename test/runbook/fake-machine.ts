/** A machine that is nothing but what play asks of one: for tests whose tools answer by themselves. */

import type { Machine } from '../../src/drivers/machine.ts';

export function fakeMachine(kernel: object = {}): Machine {
  let state = 0;
  return { kernel, snapshot: () => state++, restore: () => undefined } as unknown as Machine;
}
