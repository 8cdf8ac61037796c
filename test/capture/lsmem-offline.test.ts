/** lsmem leaves the column REMOVABLE blank for offline memory; what it says of such rows is read all the same. */

import { expect, test } from 'vitest';
import { parseLsmem } from '../../src/capture/text-readers.ts';

test.each([
  ['as Debian 12 prints it', 'RANGE SIZE STATE REMOVABLE BLOCK', '1G offline 32-39', ['offline', undefined]],
  ['with zones', 'RANGE SIZE STATE REMOVABLE BLOCK ZONES', '1G offline 32-39 Normal/Movable', ['offline', 'Normal Movable']],
  ['online', 'RANGE SIZE STATE REMOVABLE BLOCK', '1G online yes 32-39', ['online', undefined]],
  // Which column is blank here nothing tells.
  ['a row with another blank', 'RANGE SIZE STATE REMOVABLE BLOCK', '1G online 32-39', ['unknown', undefined]],
])('%s', (_, heading, row, expected) => {
  const text = `${heading}\n0x0000000100000000-0x000000013fffffff ${row}\n\nMemory block size: 128M\n`;
  const [run] = parseLsmem(text, 'lsmem').blocks!;
  expect([run!.first, run!.last, run!.state, run!.zones]).toEqual([32, 39, ...expected]);
});
