/** daxctl's commands on devices: their options, whom they act on, and what they report in the end. */

import { ENXIO, strerror } from '../../kernel/errno.ts';
import { displayJsonArray } from '../ndctl/json-c.ts';
import { parseOptions, UsageExit, usageText, type OptionSpec, type ParsedOptions } from '../ndctl/parse-options.ts';
import { parseSize64 } from '../ndctl/size.ts';
import { NotModelled, type Tool, type ToolContext } from '../tool.ts';
import { deviceJson } from './dax-json.ts';
import { selectsDevice, selectsRegion } from './dax-filter.ts';
import { offlineMemory, onlineMemory } from './device-memory.ts';
import { createDevice, destroyDevice, disableDevice, enableDevice, reconfigure, type DeviceOptions } from './device-modes.ts';
import { memoryOf } from './memory-blocks.ts';
import { readDaxRegions, type DaxDevice } from './dax-sysfs.ts';

const BASE: readonly OptionSpec[] = [
  { short: 'r', long: 'region', type: 'string', value: 'region-id', help: 'filter by region' },
  { short: 'u', long: 'human', type: 'boolean', help: 'use human friendly number formats' },
  { short: 'v', long: 'verbose', type: 'boolean', help: 'emit more debug messages' },
];
const ZONE: OptionSpec = { long: 'no-movable', type: 'boolean', help: 'online memory in ZONE_NORMAL' };
const RECONFIGURE: readonly OptionSpec[] = [
  ...BASE,
  { short: 's', long: 'size', type: 'string', value: 'size', help: 'size to switch the device to' },
  { short: 'a', long: 'align', type: 'string', value: 'align', help: 'alignment to switch the device to' },
  { long: 'input', type: 'string', value: 'input', help: 'input device JSON file' },
  { short: 'm', long: 'mode', type: 'string', value: 'mode', help: 'mode to switch the device to' },
  { short: 'N', long: 'no-online', type: 'boolean', help: "don't auto-online memory sections" },
  { short: 'f', long: 'force', type: 'boolean', help: 'attempt to offline memory sections before reconfiguration' },
  {
    short: 'C', long: 'check-config', type: 'boolean',
    help: 'use config files to determine parameters for the operation',
  },
  ZONE,
];

/** A command that takes a device, and its words for people. */
interface DeviceCommand {
  readonly usage: string;
  readonly options: readonly OptionSpec[];
  /** As in `specify a device to …, or "all"`. */
  readonly verb: string;
  /** As in `error …: No such device or address`. */
  readonly doing: string;
  /** As in `… 1 device`. */
  readonly done: string;
  act(context: ToolContext, device: DaxDevice, options: DeviceOptions, mode: string | undefined): number | 'show';
}

function plural(count: number): string {
  return `${count} device${count === 1 ? '' : 's'}`;
}

/** −1 for what is no size, as for none. */
function sizeIn(text: string | undefined): number {
  const bytes = text === undefined ? undefined : parseSize64(text)?.bytes;
  if (bytes === undefined) return -1;
  return bytes >= 2 ** 63 ? -2 : bytes;
}

function deviceOptions(parsed: ParsedOptions): DeviceOptions {
  for (const refused of ['verbose', 'input']) {
    if (parsed.boolean(refused) || parsed.string(refused) !== undefined) {
      throw new NotModelled(`daxctl's --${refused} is not modelled`);
    }
  }
  return {
    noOnline: parsed.boolean('no-online'),
    noMovable: parsed.boolean('no-movable'),
    force: parsed.boolean('force'),
    size: sizeIn(parsed.string('size')),
    align: sizeIn(parsed.string('align')),
  };
}

/** Name of the device in `/dev/dax0.0` or `dax0.0`. */
function baseName(path: string): string {
  return path.replace(/(?<=[^/])\/+$/, '').replace(/^.*\/(?=[^/])/s, '');
}

function deviceArgument(parsed: ParsedOptions, command: DeviceCommand): string {
  const [device, ...extra] = parsed.operands;
  const missing = device === undefined ? `specify a device to ${command.verb}, or "all"\n` : '';
  const complaints = missing + extra.map((word) => `unknown extra parameter "${word}"\n`).join('');
  if (device === undefined || complaints !== '') throw usage(command, complaints);
  return baseName(device);
}

function usage(command: Pick<DeviceCommand, 'usage' | 'options'>, complaint: string): UsageExit {
  return new UsageExit(complaint + usageText(command.usage, command.options));
}

/**
 * What `-C` ends with, and exit status 0: a machine has no configuration files here, whether a namespace is behind the
 * device or not.
 */
function checkConfig(context: ToolContext, device: string): UsageExit {
  const isOnNamespace = readDaxRegions(context.files).some(
    ({ path, devices }) => /\/ndbus\d+\/region\d+\/dax\d+\.\d+$/.test(path) && devices[0]?.name === device,
  );
  const unmatched = device === 'all' || isOnNamespace ? '' : `no UUID match for ${device} found in config files\n`;
  return new UsageExit(`${unmatched}${device}: missing or malformed config section\n`, 0);
}

/** Checks what `reconfigure-device` is told; which mode counts. */
function checkReconfigure(
  context: ToolContext, parsed: ParsedOptions, command: DeviceCommand, device: string,
): string | undefined {
  const mode = parsed.string('mode');
  if (parsed.boolean('check-config') && (mode !== undefined || parsed.boolean('no-online') || parsed.boolean('no-movable'))) {
    throw usage(command, `${device}: -C cannot be used with --mode, --(no-)movable, or --(no-)online\n`);
  }
  if (parsed.boolean('check-config')) throw checkConfig(context, device);
  const resizes = parsed.string('size') !== undefined || parsed.string('align') !== undefined;
  if (!resizes && mode === undefined) {
    throw usage(command, "error: a 'align', 'mode' or 'size' option is required\n");
  }
  if (!resizes && mode === 'devdax' && parsed.boolean('no-online')) {
    throw usage(command, '--no-online is incompatible with --mode=devdax\n');
  }
  // With a size or an alignment a mode is not looked at.
  return resizes ? undefined : mode;
}

function deviceCommand(command: DeviceCommand, check?: typeof checkReconfigure): Tool {
  return (context, args) => {
    const parsed = parseOptions(args, command.options, command.usage);
    const ident = deviceArgument(parsed, command);
    const mode = check?.(context, parsed, command, ident);
    const options = deviceOptions(parsed);
    let status = -ENXIO;
    let processed = 0;
    let shown: DaxDevice | undefined;
    for (const region of readDaxRegions(context.files)) {
      if (!selectsRegion(region, parsed.string('region'))) continue;
      for (const device of region.devices) {
        if (!selectsDevice(device, ident)) continue;
        const result = command.act(context, device, options, mode);
        if (result === 'show') shown = device;
        status = result === 'show' ? 0 : result;
        if (status === 0) processed++;
      }
    }
    // Each device starts the list anew, so that only the last is shown.
    if (shown !== undefined) {
      const human = parsed.boolean('human');
      context.stdout(displayJsonArray([deviceJson(context, shown, { human })], human));
    }
    if (status < 0) context.stderr(`error ${command.doing}: ${strerror(status)}\n`);
    context.stderr(`${command.done} ${plural(processed)}\n`);
    return status;
  };
}

/** Memory operations, for devices in system-ram mode only. */
function onMemory(operate: DeviceCommand['act']): DeviceCommand['act'] {
  return (context, device, options, mode) => {
    if (memoryOf(context, device) !== undefined) return operate(context, device, options, mode);
    context.stderr(`${device.name}: memory operations are not applicable in devdax mode\n`);
    return -ENXIO;
  };
}

const CREATE = { usage: 'daxctl create-device [<options>]', options: RECONFIGURE };

/** Tries every region that is selected; what the last one said counts. */
const createDeviceCommand: Tool = (context, args) => {
  const parsed = parseOptions(args, CREATE.options, CREATE.usage);
  const extra = parsed.operands.slice(1);
  if (extra.length > 0) throw usage(CREATE, extra.map((word) => `unknown extra parameter "${word}"\n`).join(''));
  if (parsed.boolean('check-config')) throw new NotModelled('daxctl create-device --check-config is not modelled');
  const options = deviceOptions(parsed);
  let status = -ENXIO;
  let processed = 0;
  let shown: DaxDevice | undefined;
  for (const region of readDaxRegions(context.files)) {
    if (!selectsRegion(region, parsed.string('region'))) continue;
    const result = createDevice(context, region, options);
    status = typeof result === 'number' ? result : 0;
    if (typeof result === 'number') continue;
    processed++;
    shown = result;
  }
  const human = parsed.boolean('human');
  if (shown !== undefined) context.stdout(displayJsonArray([deviceJson(context, shown, { human })], human));
  if (status < 0) context.stderr(`error creating devices: ${strerror(status)}\n`);
  context.stderr(`created ${plural(processed)}\n`);
  return status;
};

/** The device commands by name. */
export const DEVICE_COMMANDS: Readonly<Record<string, Tool>> = {
  'create-device': createDeviceCommand,
  'destroy-device': deviceCommand({
    usage: 'daxctl destroy-device <device> [<options>]',
    options: [
      ...BASE,
      { short: 'f', long: 'force', type: 'boolean', help: 'attempt to disable before destroying device' },
    ],
    verb: 'destroy',
    doing: 'destroying devices',
    done: 'destroyed',
    act: destroyDevice,
  }),
  'reconfigure-device': deviceCommand(
    {
      usage: 'daxctl reconfigure-device <device> [<options>]',
      options: RECONFIGURE,
      verb: 'reconfigure',
      doing: 'reconfiguring devices',
      done: 'reconfigured',
      act: (context, device, options, mode) => reconfigure(context, device, mode, options),
    },
    checkReconfigure,
  ),
  'online-memory': deviceCommand({
    usage: 'daxctl online-memory <device> [<options>]',
    options: [...BASE, ZONE],
    verb: 'online memory for',
    doing: 'onlining memory',
    done: 'onlined memory for',
    act: onMemory((context, device, { noMovable }) => onlineMemory(context, device, noMovable ? 'normal' : 'movable')),
  }),
  'offline-memory': deviceCommand({
    usage: 'daxctl offline-memory <device> [<options>]',
    options: BASE,
    verb: 'offline memory for',
    doing: 'offlining memory',
    done: 'offlined memory for',
    act: onMemory((context, device) => offlineMemory(context, device)),
  }),
  'disable-device': deviceCommand({
    usage: 'daxctl disable-device <device>',
    options: BASE,
    verb: 'disable',
    doing: 'disabling device',
    done: 'disabled',
    act: disableDevice,
  }),
  'enable-device': deviceCommand({
    usage: 'daxctl enable-device <device>',
    options: BASE,
    // It shares disable-device's words for a missing device.
    verb: 'disable',
    doing: 'enabling device',
    done: 'enabled',
    act: enableDevice,
  }),
};
