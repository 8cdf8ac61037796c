/** Buses as libndctl sees them, with what hangs on them. */

import { kernfsOrder } from '../../sysfs/kernfs-order.ts';
import { Dimm } from './dimm.ts';
import { Region } from './region.ts';
import type { Session } from './session.ts';

const DEVICES = '/sys/bus/nd/devices';

export class Bus {
  readonly session: Session;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly provider: string;
  readonly hasNfit: boolean;
  #dimms: Dimm[] | undefined;
  #regions: Region[] | undefined;

  constructor(session: Session, id: number) {
    this.session = session;
    this.id = id;
    this.name = `ndbus${id}`;
    this.path = `${DEVICES}/${this.name}`;
    this.provider = session.read(`${this.path}/provider`) ?? '';
    this.hasNfit = session.read(`${this.path}/nfit/revision`) !== undefined;
  }

  /** Newest find first, as everywhere in libndctl. */
  get dimms(): readonly Dimm[] {
    this.#dimms ??= this.session.scan(this.path, 'nmem').map((device) => new Dimm(this, device)).reverse();
    return this.#dimms;
  }

  get regions(): readonly Region[] {
    this.#regions ??= this.session.scan(this.path, 'region').map((device) => new Region(this, device)).reverse();
    return this.#regions;
  }

  /** A scrub running or not; undefined where the firmware has none. */
  get scrubState(): 'active' | 'idle' | undefined {
    const text = this.session.read(`${this.path}/nfit/scrub`);
    return text === undefined ? undefined : text.endsWith('+') ? 'active' : 'idle';
  }
}

/** All buses. They are found through /sys/class/nd, whose names settle their order. */
export function readBuses(session: Session): readonly Bus[] {
  const ids = session.scan(DEVICES, 'ndbus').map(({ id }) => id);
  const byClassName = new Map(ids.map((id) => [`ndctl${id}`, id]));
  return kernfsOrder([...byClassName.keys()])
    .reverse()
    .map((name) => new Bus(session, byClassName.get(name) as number));
}
