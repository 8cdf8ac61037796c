/** The order of probes read from a guest's attributes: lines of a fuzzed 6.12 session on a busy host. */

import { expect, test } from 'vitest';
import { probeOrderOf } from '../../src/realkernel/settle-probes.ts';

function attributes(lines: readonly string[]): string[] {
  return lines.map((line) => `/sys/bus/nd/devices/${line}`);
}

test('a holder with a lower number than the seed was there before it; the others came in order', () => {
  const devices = attributes([
    'namespace0.0/holder:btt0.0', 'namespace0.0/size:100663296',
    'namespace0.1/holder:btt0.1', 'namespace0.1/size:33554432',
    'namespace0.2/size:201326592',
    'namespace0.3/holder:pfn0.1', 'namespace0.3/size:33554432',
    'namespace0.4/holder:btt0.3', 'namespace0.4/size:67108864',
    'namespace0.5/size:0', 'namespace1.0/holder:btt1.0', 'namespace1.0/size:16777216',
    'region0/nstype:5', 'region0/btt_seed:btt0.2', 'region0/pfn_seed:pfn0.0', 'region0/namespace_seed:namespace0.5',
  ]);
  expect(probeOrderOf(devices, 0)).toEqual({
    beforeNoted: [],
    beforeSeeds: ['namespace0.0', 'namespace0.1'],
    afterSeeds: ['namespace0.3', 'namespace0.4'],
  });
});

test('a namespace in use that is still the seed was probed before it was noted; without labels it always is', () => {
  const devices = ['namespace0.0/size:100663296', 'region0/namespace_seed:namespace0.0', 'region0/btt_seed:btt0.0'];
  expect(probeOrderOf(attributes([...devices, 'region0/nstype:5']), 0).beforeNoted).toEqual(['namespace0.0']);
  expect(probeOrderOf(attributes([...devices, 'region0/nstype:4']), 0).beforeNoted).toEqual([]);
});
