/** `daxctl list`. */

import { displayJsonArray, type JsonValue } from '../ndctl/json-c.ts';
import { errorText, parseOptions, UsageExit, usageText, type OptionSpec } from '../ndctl/parse-options.ts';
import type { Tool } from '../tool.ts';
import { selectsDevice, selectsRegion } from './dax-filter.ts';
import { devicesJson, regionJson } from './dax-json.ts';
import { readDaxRegions, type DaxDevice } from './dax-sysfs.ts';

const USAGE = 'daxctl list [<options>]';

const OPTIONS: readonly OptionSpec[] = [
  { short: 'r', long: 'region', type: 'string', value: 'region-id', help: 'filter by region' },
  { short: 'd', long: 'dev', type: 'string', value: 'dev-id', help: 'filter by dax device instance name' },
  { short: 'D', long: 'devices', type: 'boolean', help: 'include dax device info' },
  { short: 'R', long: 'regions', type: 'boolean', help: 'include dax region info' },
  { short: 'M', long: 'mappings', type: 'boolean', help: 'include dax mappings info' },
  { short: 'i', long: 'idle', type: 'boolean', help: 'include idle devices' },
  { short: 'u', long: 'human', type: 'boolean', help: 'use human friendly number formats ' },
];

/** Regions, devices, or devices in their regions, as JSON; nothing at all when there are none. */
export const list: Tool = (context, args) => {
  const options = parseOptions(args, OPTIONS, USAGE);
  if (options.operands.length > 0) {
    const complaints = options.operands.map((word) => `${errorText(`unknown parameter "${word}"`)}\n`).join('');
    throw new UsageExit(complaints + usageText(USAGE, OPTIONS));
  }
  const region = options.string('region');
  const dev = options.string('dev');
  const chosen = options.boolean('devices') || options.boolean('regions');
  const showRegions = chosen ? options.boolean('regions') : region !== undefined;
  const showDevices = chosen ? options.boolean('devices') : dev !== undefined || !showRegions;
  const how = { human: options.boolean('human'), mappings: options.boolean('mappings'), idle: options.boolean('idle') };
  const selects = (device: DaxDevice): boolean => selectsDevice(device, dev);
  const shown: JsonValue[] = [];
  for (const each of readDaxRegions(context.files)) {
    if (!selectsRegion(each, region)) continue;
    const devices = showDevices ? devicesJson(context, each, selects, how) : [];
    if (!showRegions) shown.push(...devices);
    else shown.push({ ...regionJson(context, each, how), ...(devices.length > 0 ? { devices } : {}) });
  }
  if (shown.length > 0) context.stdout(displayJsonArray(shown, how.human));
  return 0;
};
