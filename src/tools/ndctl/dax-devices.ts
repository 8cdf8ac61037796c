/** The device-dax side of a dax claim, as libdaxctl shows it. */

import { type JsonObject, type JsonValue } from './json-c.ts';
import { jsonSize } from './size.ts';
import type { Claim } from './claim.ts';
import type { Session } from './session.ts';

/** Devices of a dax claim, newest find first. */
function daxDevices(session: Session, dax: Claim): readonly { name: string; path: string }[] {
  return session.scan(dax.path, `dax${dax.region.id}.`).reverse();
}

/** Name of the first character device, undefined while the claim is not bound. */
export function firstDaxDevice(session: Session, dax: Claim): string | undefined {
  return daxDevices(session, dax)[0]?.name;
}

/** Name of the driver that holds a device. */
function driverOf(session: Session, path: string): string | undefined {
  const target = session.files.readlink(`${path}/driver`);
  return typeof target === 'string' ? target.slice(target.lastIndexOf('/') + 1) : undefined;
}

/** Memory blocks that begin between a device's start and start + size, with their states. */
export function memoryBlocksOf(session: Session, path: string): { online: number; total: number; movable: boolean | undefined } {
  const start = session.number(`${path}/resource`) ?? 0;
  const size = session.number(`${path}/size`) ?? 0;
  const root = '/sys/devices/system/memory';
  const blockSize = Number.parseInt(session.read(`${root}/block_size_bytes`) ?? '0', 16);
  let online = 0;
  let total = 0;
  let movable: boolean | undefined;
  if (blockSize === 0) return { online, total, movable };
  for (let id = Math.ceil(start / blockSize); id * blockSize < start + size; id++) {
    const block = `${root}/memory${id}`;
    const state = session.read(`${block}/state`);
    if (state === undefined) continue;
    total++;
    if (state !== 'offline') online++;
    const zones = session.read(`${block}/valid_zones`);
    if (zones !== undefined) movable = zones.split(' ')[0] === 'Movable' && movable !== false;
  }
  return { online, total, movable };
}

/** Whether a device of the claim is System RAM with memory online. */
export function daxHasOnlineMemory(session: Session, dax: Claim): boolean {
  return daxDevices(session, dax).some(
    ({ path }) => driverOf(session, path) === 'kmem' && memoryBlocksOf(session, path).online > 0,
  );
}

function daxDeviceJson(session: Session, device: { name: string; path: string }, human: boolean): JsonObject {
  const number = (attribute: string): number | undefined => session.number(`${device.path}/${attribute}`);
  const driver = driverOf(session, device.path);
  const json: JsonObject = { chardev: device.name, size: jsonSize(number('size') ?? 0, human) };
  const node = session.read(`${device.path}/target_node`);
  if (node !== undefined && Number.parseInt(node, 10) >= 0) json['target_node'] = Number.parseInt(node, 10);
  const align = number('align');
  if (align !== undefined && align > 0) json['align'] = jsonSize(align, human);
  json['mode'] = driver === 'kmem' ? 'system-ram' : 'devdax';
  if (driver === 'kmem' && (number('resource') ?? 0) !== 0) {
    const { online, total, movable } = memoryBlocksOf(session, device.path);
    json['online_memblocks'] = online;
    json['total_memblocks'] = total;
    if (movable !== undefined) json['movable'] = movable;
  }
  if (driver === undefined) json['state'] = 'disabled';
  return json;
}

/** The dax region of a claim with its devices. */
export function daxRegionJson(session: Session, dax: Claim, human: boolean, idle: boolean): JsonObject {
  const root = `${dax.path}/dax_region`;
  const json: JsonObject = { id: dax.region.id };
  const size = session.number(`${root}/size`);
  if (size !== undefined) json['size'] = jsonSize(size, human);
  const available = session.number(`${root}/available_size`);
  if (available !== undefined && available > 0) json['available_size'] = jsonSize(available, human);
  const align = session.number(`${root}/align`);
  if (align !== undefined) json['align'] = align;
  const devices: JsonValue[] = daxDevices(session, dax)
    .filter(({ path }) => idle || (session.number(`${path}/size`) ?? 0) > 0)
    .map((device) => daxDeviceJson(session, device, human));
  if (devices.length > 0) json['devices'] = devices;
  return json;
}
