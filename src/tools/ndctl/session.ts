/** One run of ndctl: its files, its words on standard error, and what it counts. */

import { EIO, ENOENT, type Errno } from '../../kernel/errno.ts';
import { loadModule, moduleExists } from '../../drivers/modules.ts';
import { kernfsOrder } from '../../sysfs/kernfs-order.ts';
import type { WritableFileTree } from '../../sysfs/file-tree.ts';
import type { ToolContext } from '../tool.ts';

/** Bytes libndctl reads of an attribute; a longer one counts as unreadable. */
const SYSFS_ATTR_SIZE = 1024;

/** Modules by the modalias of their devices; those of libnvdimm itself are there. */
const MODULE_OF_ALIAS: Readonly<Record<string, string>> = {
  'nd:t4': 'nd_pmem',
  'nd:t5': 'nd_pmem',
  'nd:t7': 'dax_pmem',
};

/** A device found by its name. */
export interface ScannedDevice {
  readonly id: number;
  readonly name: string;
  readonly path: string;
}

export class Session {
  readonly context: ToolContext;
  readonly files: WritableFileTree;
  /** What complaints begin with: `create namespace`. */
  command = 'namespace';
  /** Complaints that make the closing line superfluous. */
  errors = 0;

  constructor(context: ToolContext) {
    this.context = context;
    this.files = context.files;
  }

  out(text: string): void {
    this.context.stdout(text);
  }

  stderr(text: string): void {
    this.context.stderr(text);
  }

  /** A complaint; a closing line still follows. */
  error(message: string): void {
    this.stderr(`  Error: ${message}\n\n`);
  }

  /** A complaint that says which command it is about; no closing line follows. */
  complain(message: string): void {
    this.errors++;
    this.error(`${this.command}: ${message}`);
  }

  /** What the library itself has to say, with the name of its function. */
  library(fn: string, message: string): void {
    this.stderr(`libndctl: ${fn}: ${message}\n`);
  }

  /** An attribute without its newline; undefined when it cannot be read. */
  read(path: string): string | undefined {
    const text = this.files.read(path);
    if (typeof text !== 'string' || text.length >= SYSFS_ATTR_SIZE) return undefined;
    return text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  /** An unsigned attribute, decimal or hexadecimal; undefined when it cannot be read, 0 for what is no number. */
  number(path: string): number | undefined {
    const text = this.read(path);
    return text === undefined ? undefined : numberAtStart(text);
  }

  /** Writes an attribute with the NUL that libndctl sends along. */
  write(path: string, text: string): Errno {
    return this.files.write(path, `${text}\0`);
  }

  /** Names in a directory as a reader of sysfs meets them; none when it is not there. */
  names(directory: string): readonly string[] {
    const names = this.files.list(directory);
    return typeof names === 'number' ? [] : kernfsOrder(names);
  }

  /** Entries called `PREFIX` and a number, in the order a reader of the directory meets them. */
  scan(directory: string, prefix: string): ScannedDevice[] {
    return this.names(directory).flatMap((name) => {
      const digits = name.startsWith(prefix) ? /^[0-9]+/.exec(name.slice(prefix.length))?.[0] : undefined;
      return digits === undefined ? [] : [{ id: Number(digits), name, path: `${directory}/${name}` }];
    });
  }

  /** Whether a driver holds the device. */
  isBound(devicePath: string): boolean {
    return this.files.kind(`${devicePath}/driver`) === 'link';
  }

  /**
   * Loads the module that is for a device and offers it to every driver of the bus in turn, until one takes it. Returns
   * 0 or an error; libndctl makes −ENXIO of all of them.
   */
  bind(name: string, devicePath: string): Errno {
    const alias = this.read(`${devicePath}/modalias`) ?? '';
    const module = Object.hasOwn(MODULE_OF_ALIAS, alias) ? MODULE_OF_ALIAS[alias] : undefined;
    const { machine } = this.context;
    if (module !== undefined && moduleExists(machine, module)) loadModule(machine, module);
    const drivers = '/sys/bus/nd/drivers';
    let rc: Errno = -ENOENT;
    for (const driver of this.names(drivers)) {
      rc = this.write(`${drivers}/${driver}/bind`, name);
      if (rc === 0) return 0;
    }
    return rc === 0 ? -EIO : rc;
  }

  unbind(devicePath: string, name: string): Errno {
    return this.write(`${devicePath}/driver/unbind`, name);
  }

  /** Name of the block device below a device, undefined without one. */
  blockDevice(devicePath: string): string | undefined {
    const names = this.names(`${devicePath}/block`);
    return names.length === 1 ? names[0] : undefined;
  }
}

/** What strtoull makes of a text: its leading number, 0 without one. */
export function numberAtStart(text: string): number {
  const match = /^\s*(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}
