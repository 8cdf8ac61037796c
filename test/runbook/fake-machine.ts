/** A machine that is nothing but what play asks of one: for tests whose tools answer by themselves. */

import type { Machine } from '../../src/drivers/machine.ts';

export function fakeMachine(kernel: object = {}): Machine {
  let state = 0;
  // The very object: what tools say through it has to be heard.
  Object.assign(kernel, { profile: { name: '6.12' } });
  return { kernel, snapshot: () => state++, restore: () => undefined } as unknown as Machine;
}
