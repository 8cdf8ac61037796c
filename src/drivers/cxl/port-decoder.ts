/** Decoders of host bridges: each routes one region to the root ports behind which its devices are. */

import type { ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import type { CxlRootPort } from './platform.ts';
import { regionsThrough, rootById, rootWays } from './region.ts';
import { bridgeByUid, cardOfDecoder, endpointDecoder, type CxlPort, type CxlRegion, type CxlRootDecoder } from './state.ts';

export interface PortDecoder {
  /** Absent where only a range was left. */
  readonly region: CxlRegion | undefined;
  readonly range: ByteRange;
  /** Root ports by position. */
  readonly ports: readonly CxlRootPort[];
  readonly granularity: number;
}

/** The root ports of a host bridge. */
export function cxlRegionPorts(machine: Machine, port: CxlPort): readonly CxlRootPort[] {
  return bridgeByUid(machine, port.bridge)?.rootPorts ?? [];
}

/** What a decoder of a host bridge is programmed with; undefined for an idle one. @kernel drivers/cxl/core/region.c: cxl_port_setup_targets */
export function portDecoder(machine: Machine, port: CxlPort, index: number): PortDecoder | undefined {
  const region = regionsThrough(machine, port.bridge)[index];
  const all = cxlRegionPorts(machine, port);
  if (region?.resource === undefined) {
    const { leftover } = machine.devices.cxl.ports.find(({ id }) => id === port.id) ?? port;
    if (leftover?.index !== index) return undefined;
    return { region: undefined, range: leftover, ports: all.filter(({ name }) => name === leftover.rootPort), granularity: 256 };
  }
  const ports = region.targets.flatMap((name) => {
    const decoder = name === undefined ? undefined : endpointDecoder(machine, name);
    const card = decoder === undefined ? undefined : cardOfDecoder(machine, decoder);
    return all.filter((each) => card?.bridge === port.bridge && each.name === card.rootPort);
  });
  const root = rootById(machine, region.root) as CxlRootDecoder;
  return { region, range: region.resource, ports, granularity: region.granularity * rootWays(root) };
}
