/** In which order libnvdimm probed the namespaces of a region: chance that the recorded attributes tell. */

import type { ProbeOrder } from '../drivers/machine.ts';

const CHILD = /^(btt|pfn|dax|namespace)(\d{1,9})\.(\d{1,9})$/;

/** Attributes of devices on the nd bus by device and name. */
function attributesOf(devices: readonly string[]): Map<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const line of devices) {
    const [, device, name, value] = /^\/sys\/bus\/nd\/devices\/([^/]+)\/([^:]+):(.*)$/.exec(line) ?? [];
    if (device === undefined) continue;
    const attributes = all.get(device) ?? new Map<string, string>();
    all.set(device, attributes.set(name as string, value as string));
  }
  return all;
}

function numberOf(child: string | undefined): number {
  return Number(CHILD.exec(child ?? '')?.[3] ?? Infinity);
}

/**
 * The order that explains the numbers of the devices: a holder with a lower number than the seed of its kind was there
 * before it; a namespace that is in use and still the seed was probed before the region had noted it as such.
 */
export function probeOrderOf(devices: readonly string[], region: number): ProbeOrder {
  const all = attributesOf(devices);
  const seeds = all.get(`region${region}`);
  const held = [...all]
    .filter(([device]) => device.startsWith(`namespace${region}.`))
    .map(([name, attributes]) => ({ name, holder: attributes.get('holder'), size: Number(attributes.get('size') ?? 0) }));
  // Without labels the seed is the region's one namespace for good.
  const seed = seeds?.get('nstype') === '5' ? seeds.get('namespace_seed') : undefined;
  const beforeNoted = held.filter(({ name, size }) => name === seed && size > 0).map(({ name }) => name);
  const holders = held
    .filter(({ name, holder }) => holder !== undefined && !beforeNoted.includes(name))
    .toSorted((a, b) => numberOf(a.holder) - numberOf(b.holder));
  const isFirst = ({ holder }: (typeof held)[number]): boolean =>
    numberOf(holder) < numberOf(seeds?.get(`${CHILD.exec(holder ?? '')?.[1]}_seed`));
  return {
    beforeNoted,
    beforeSeeds: holders.filter(isFirst).map(({ name }) => name),
    afterSeeds: holders.filter((one) => !isFirst(one)).map(({ name }) => name),
  };
}
