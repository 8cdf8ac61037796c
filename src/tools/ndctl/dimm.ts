/** DIMMs as libndctl sees them. */

import { EBUSY, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { Bus } from './bus.ts';
import type { ScannedDevice, Session } from './session.ts';

export class Dimm {
  readonly session: Session;
  readonly bus: Bus;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly uniqueId: string | undefined;
  readonly handle: number | undefined;
  readonly physId: number | undefined;
  /** Words of the firmware's state: `not_armed`, `flush_fail`, … */
  readonly flags: readonly string[];
  /** Commands it takes: `get_size`, `get_data`, `set_data`, … */
  readonly commands: readonly string[];

  constructor(bus: Bus, device: ScannedDevice) {
    this.bus = bus;
    this.session = bus.session;
    this.id = device.id;
    this.name = device.name;
    this.path = device.path;
    const words = (attribute: string): string[] =>
      (this.read(attribute) ?? '').split(' ').filter((word) => word !== '');
    this.commands = words('commands');
    this.uniqueId = bus.hasNfit ? this.read('nfit/id') : undefined;
    this.handle = bus.hasNfit ? this.session.number(`${this.path}/nfit/handle`) : undefined;
    this.physId = bus.hasNfit ? this.session.number(`${this.path}/nfit/phys_id`) : undefined;
    this.flags = bus.hasNfit ? words('nfit/flags') : [];
  }

  read(attribute: string): string | undefined {
    return this.session.read(`${this.path}/${attribute}`);
  }

  get isEnabled(): boolean {
    return this.session.isBound(this.path);
  }

  /** Whether a region uses it. */
  get isActive(): boolean {
    return this.read('state') === 'active';
  }

  /** Whether its label area can be read and written. */
  get hasLabelCommands(): boolean {
    return ['get_size', 'get_data', 'set_data'].every((command) => this.commands.includes(command));
  }

  get availableLabels(): number | undefined {
    return this.session.number(`${this.path}/available_slots`);
  }

  enable(): Errno {
    if (this.isEnabled) return 0;
    this.session.bind(this.name, this.path);
    if (this.isEnabled) return 0;
    this.session.library('ndctl_dimm_enable', `${this.name}: failed to enable`);
    return -ENXIO;
  }

  disable(): Errno {
    if (!this.isEnabled) return 0;
    this.session.unbind(this.path, this.name);
    if (!this.isEnabled) return 0;
    this.session.library('ndctl_dimm_disable', `${this.name}: failed to disable`);
    return -EBUSY;
  }
}
