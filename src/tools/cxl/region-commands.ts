/** `cxl create-region` and what else the tool does to regions. */

import { nextUuid } from '../../drivers/random.ts';
import { EBUSY, EINVAL, ENOSPC, ENXIO, EOPNOTSUPP, strerror, type Errno } from '../../kernel/errno.ts';
import { alignDown, hex } from '../../kernel/units.ts';
import { jsonPretty } from '../ndctl/json-c.ts';
import { parseOptions, type OptionSpec, type ParsedOptions } from '../ndctl/parse-options.ts';
import { parseSize64 } from '../ndctl/size.ts';
import { NotModelled, type Tool, type ToolContext } from '../tool.ts';
import { maxAvailableExtent, regionJson } from './cxl-json.ts';
import { selects, selectsDecoder } from './list.ts';
import {
  attribute, attributeText, busDevice, decodersOf, endpointsOf, isEnabled, linkName, memdevOf, portsOf, regionsOf, root,
  type CxlDevice,
} from './topology.ts';

const SZ_256M = 2 ** 28;
const BASE: readonly OptionSpec[] = [
  { short: 'b', long: 'bus', type: 'string', value: 'bus name', help: 'Limit operation to the specified bus' },
  { short: 'd', long: 'decoder', type: 'string', value: 'root decoder name', help: 'Limit to / use the specified root decoder' },
  { long: 'debug', type: 'boolean', help: 'turn on debug' },
];
const CREATE: readonly OptionSpec[] = [
  ...BASE,
  { short: 's', long: 'size', type: 'string', value: 'size in bytes or with a K/M/G etc. suffix', help: 'total size desired for the resulting region.' },
  { short: 'w', long: 'ways', type: 'number', help: 'number of memdevs participating in the regions interleave set' },
  { short: 'g', long: 'granularity', type: 'number', help: 'granularity of the interleave set' },
  { short: 't', long: 'type', type: 'string', value: 'region type', help: "region type - 'pmem' or 'ram'" },
  { short: 'm', long: 'memdevs', type: 'boolean', help: 'non-option arguments are memdevs' },
  { short: 'u', long: 'human', type: 'boolean', help: 'use human friendly number formats' },
];

function log(context: ToolContext, fn: string, text: string): void {
  context.stderr(`cxl region: ${fn}: ${text}\n`);
}

function refuse(parsed: ParsedOptions, command: string): void {
  for (const name of ['bus', 'debug']) {
    if (parsed.string(name) !== undefined) throw new NotModelled(`cxl ${command} --${name} is not modelled`);
  }
}

/** Root decoders an option chooses. */
function rootDecoders(context: ToolContext, filter: string | undefined): CxlDevice[] {
  const top = root(context.files);
  if (top === undefined) return [];
  return decodersOf(context.files, top).filter(({ name }) => selectsDecoder(filter, name, 'root'));
}

interface Request {
  readonly decoder: string;
  readonly memdevs: readonly CxlDevice[];
  readonly mode: string;
  /** 0: not given. */
  readonly size: number;
  readonly ways: number;
  readonly granularity: number;
}

/** Enabled memory devices behind the host bridges that root decoders route to. */
function memdevsUnder(context: ToolContext, decoder: string, filter: string | undefined): CxlDevice[] {
  const { files } = context;
  const top = root(files);
  if (top === undefined) return [];
  const routed = new Set<string | undefined>();
  for (const each of rootDecoders(context, decoder)) {
    for (const id of attributeText(files, each, 'target_list').split(',')) routed.add(linkName(files, `${top.path}/dport${id}`));
  }
  return portsOf(files, top)
    .filter((port) => routed.has(linkName(files, `${port.path}/uport`)))
    .flatMap((port) => endpointsOf(files, port))
    .flatMap((endpoint) => memdevOf(files, endpoint) ?? [])
    .filter((memdev) => isEnabled(files, memdev) && selects(filter, memdev.name));
}

/** How many names the tool counts: of a list with commas it sees the first, and the rest as one. */
function countWords(operands: readonly string[]): number {
  const words = (text: string): number => text.split(' ').filter((word) => word !== '').length;
  return operands.reduce((sum, text) => sum + (text.includes(',') && !text.includes(' ') ? Math.min(2, text.split(',').length) : words(text)), 0);
}

/** What was asked for, or the error that was reported. Checks come in the tool's order. */
function parseCreate(context: ToolContext, parsed: ParsedOptions): Request | Errno {
  const fail = (text: string, error: Errno = -EINVAL, fn = 'parse_create_options'): Errno => {
    log(context, fn, text);
    return error;
  };
  const decoder = parsed.string('decoder');
  if (decoder === undefined) return fail('no root decoder specified');
  const names = parsed.operands.flatMap((word) => word.split(/[ ,]+/)).filter((word) => word !== '');
  if (names.length > 0 && !parsed.boolean('memdevs')) return fail('must specify option for target object types (-m)');
  const filter = names.length > 0 ? names.join(',') : undefined;
  const found = memdevsUnder(context, decoder, filter);
  if (found.length === 0) {
    return fail(`no active memdevs found: decoder: ${decoder} filter: ${filter ?? 'none'}`, -ENXIO, 'collect_memdevs');
  }
  // In the order of the arguments.
  const place = ({ name }: CxlDevice): number => names.findIndex((word) => selects(word, name));
  if (filter !== undefined) found.sort((a, b) => place(a) - place(b));
  const mode = parsed.string('type') ?? 'pmem';
  if (!['pmem', 'ram', 'mixed'].includes(mode)) return fail(`unsupported type: ${mode}`);
  const sizeText = parsed.string('size');
  const size = sizeText === undefined ? 0 : parseSize64(sizeText)?.bytes;
  if (size === undefined) return fail(`Invalid size: ${sizeText ?? ''}`);
  const given = parsed.string('ways') === undefined ? undefined : parsed.number('ways');
  if (given !== undefined && given <= 0) return fail(`Invalid interleave ways: ${given}`);
  const ways = given ?? (names.length > 0 ? countWords(parsed.operands) : found.length);
  const wrong = ways > found.length || (names.length > 0 && ways !== found.length);
  if ((given !== undefined || names.length > 0) && wrong) {
    const relation = ways > found.length ? 'greater' : 'less';
    const which = names.length > 0 ? 'specified' : 'found';
    return fail(`Interleave ways ${ways} is ${relation} than number of memdevs ${which}: ${found.length}`, -EINVAL, 'validate_ways');
  }
  const granularity = parsed.string('granularity') === undefined ? 0 : parsed.number('granularity');
  if (parsed.string('granularity') !== undefined && granularity <= 0) return fail(`Invalid interleave granularity: ${granularity}`);
  if (size % ways !== 0) return fail(`size (${size}) is not an integral multiple of interleave-ways (${ways})`);
  return { decoder, memdevs: found.slice(0, ways), mode, size, ways, granularity };
}

/** The size to make the region, or the error that was reported. */
function regionSize(context: ToolContext, request: Request, decoder: CxlDevice): number {
  const { files } = context;
  const smallest = Math.min(...request.memdevs.map((memdev) => attribute(files, memdev, 'pmem/size') ?? 0));
  const wanted = request.size > 0 ? request.size : smallest * request.ways;
  if (wanted === 0) {
    log(context, 'create_region', 'create_region: unable to determine region size');
    return -ENXIO;
  }
  const most = maxAvailableExtent(files, decoder);
  if (request.size > 0 && wanted > most) {
    log(context, 'create_region', `${decoder.name}: region size ${hex(wanted)} exceeds max available space`);
    return -ENOSPC;
  }
  return wanted > most ? alignDown(most, SZ_256M * request.ways) : wanted;
}

function createRegion(context: ToolContext, request: Request): { region: CxlDevice } | Errno {
  const { files } = context;
  const [decoder] = rootDecoders(context, request.decoder);
  if (decoder === undefined) {
    log(context, 'create_region_validate_config', `${request.decoder} not found in CXL topology`);
    return -ENXIO;
  }
  const capability = request.mode === 'ram' ? 'cap_ram' : 'cap_pmem';
  if (attribute(files, decoder, capability) !== 1) {
    log(context, 'validate_decoder', `${decoder.name} is not ${request.mode === 'ram' ? 'volatile' : 'pmem'} capable`);
    return -EINVAL;
  }
  const size = regionSize(context, request, decoder);
  if (size < 0) return size;
  if (request.mode !== 'pmem') {
    log(context, 'create_region', `region type '${request.mode}' not supported yet`);
    return -EOPNOTSUPP;
  }
  const name = attributeText(files, decoder, 'create_pmem_region');
  if (name === '' || files.write(`${decoder.path}/create_pmem_region`, name) !== 0) {
    log(context, 'create_region', `failed to create region under ${request.decoder}`);
    return -ENXIO;
  }
  const region = { name, path: `${decoder.path}/${name}` };
  const error = setUp(context, request, decoder, region, size);
  if (error === 0) return { region };
  files.write(`${decoder.path}/delete_region`, name);
  return error;
}

/** Writes an attribute; a refusal is reported under the name of the library's operation. */
function set(context: ToolContext, device: CxlDevice, file: string, value: string, operation: string): Errno {
  const error = context.files.write(`${device.path}/${file}`, value);
  if (error !== 0) log(context, 'create_region', `${device.name}: ${operation} failed: ${strerror(error)}`);
  return error;
}

/** Granularity as asked for, which an interleaved window has to have itself. */
function granularityOf(context: ToolContext, request: Request, decoder: CxlDevice, region: CxlDevice): number {
  const own = attribute(context.files, decoder, 'interleave_granularity') ?? 0;
  const ways = attribute(context.files, decoder, 'interleave_ways') ?? 1;
  if (request.granularity === 0 || request.granularity === own) return own;
  if (ways === 1) return request.granularity;
  const text = `${region.name}: For an x${ways} root, only root decoder granularity (${own}) permitted`;
  log(context, 'cxl_region_determine_granularity', text);
  return -EINVAL;
}

function setUp(context: ToolContext, request: Request, decoder: CxlDevice, region: CxlDevice, size: number): Errno {
  const { files } = context;
  const granularity = granularityOf(context, request, decoder, region);
  if (granularity < 0) return granularity;
  const uuid = nextUuid(context.machine);
  const settings: readonly (readonly [string, string])[] = [
    ['interleave_granularity', `${granularity}\n`], ['interleave_ways', `${request.ways}\n`], ['uuid', `${uuid}\n`], ['size', `${hex(size)}\n`],
  ];
  for (const [file, value] of settings) {
    const error = set(context, region, file, value, `set_${file}`);
    if (error !== 0) return error;
  }
  for (const [position, memdev] of request.memdevs.entries()) {
    const error = setTarget(context, request, region, position, memdev, size / request.ways);
    if (error !== 0) return error;
  }
  const committed = files.write(`${region.path}/commit`, '1\n');
  if (committed !== 0) {
    log(context, 'create_region', `${region.name}: failed to commit decode: ${strerror(committed)}`);
    return committed;
  }
  const error = enable(context, region);
  if (error !== 0) log(context, 'create_region', `${region.name}: failed to enable: ${strerror(error)}`);
  return error;
}

/** The endpoint's first decoder that no region has, or undefined; says so. */
function freeDecoder(context: ToolContext, memdev: CxlDevice): CxlDevice | undefined {
  const { files } = context;
  const top = root(files) as CxlDevice;
  const endpoints = portsOf(files, top).flatMap((port) => endpointsOf(files, port));
  const endpoint = endpoints.find((each) => linkName(files, `${each.path}/uport`) === memdev.name);
  const free = endpoint && decodersOf(files, endpoint).find((each) => (attribute(files, each, 'size') ?? 0) === 0);
  if (free === undefined) log(context, 'cxl_memdev_find_decoder', `could not get a free decoder for ${memdev.name}`);
  return free;
}

function setTarget(
  context: ToolContext, { mode }: Request, region: CxlDevice, position: number, memdev: CxlDevice, size: number,
): Errno {
  const decoder = freeDecoder(context, memdev);
  if (decoder === undefined) return -ENXIO;
  if (attributeText(context.files, decoder, 'mode') !== mode) {
    const error = set(context, decoder, 'dpa_size', '0\n', 'set_dpa_size') || set(context, decoder, 'mode', mode, 'set_mode');
    if (error !== 0) return error;
  }
  const unsized = set(context, decoder, 'dpa_size', `${hex(size)}\n`, 'set_dpa_size');
  if (unsized !== 0) return unsized;
  const error = context.files.write(`${region.path}/target${position}`, decoder.name);
  if (error !== 0) log(context, 'create_region', `${region.name}: failed to set target${position} to ${memdev.name}`);
  return error;
}

function enable({ files }: ToolContext, region: CxlDevice): Errno {
  if (isEnabled(files, region)) return 0;
  files.write('/sys/bus/cxl/drivers/cxl_region/bind', region.name);
  return isEnabled(files, region) ? 0 : -ENXIO;
}

function disable({ files }: ToolContext, region: CxlDevice): Errno {
  if (!isEnabled(files, region)) return 0;
  files.write('/sys/bus/cxl/drivers/cxl_region/unbind', region.name);
  return isEnabled(files, region) ? -EBUSY : 0;
}

function destroy(context: ToolContext, region: CxlDevice, force: boolean): Errno {
  const { files } = context;
  if (isEnabled(files, region) && !force) {
    log(context, 'destroy_region', `${region.name} active. Disable it or use --force`);
    return -EBUSY;
  }
  disable(context, region);
  if (attribute(files, region, 'commit') === 1) {
    const error = files.write(`${region.path}/commit`, '0\n');
    if (error !== 0) {
      log(context, 'destroy_region', `${region.name}: failed to reset decode: ${strerror(error)}`);
      return error;
    }
  }
  const ways = attribute(files, region, 'interleave_ways') ?? 0;
  if (ways === 0) {
    log(context, 'destroy_region', `${region.name}: error getting interleave ways`);
    return -ENXIO;
  }
  for (let position = 0; position < ways; position++) {
    const decoder = busDevice(files, attributeText(files, region, `target${position}`));
    if (decoder === undefined) return -ENXIO;
    files.write(`${region.path}/target${position}`, '\n');
    files.write(`${decoder.path}/dpa_size`, '0\n');
  }
  const parent = region.path.slice(0, region.path.lastIndexOf('/'));
  return files.write(`${parent}/delete_region`, region.name);
}

function plural(count: number): string {
  return `${count} region${count === 1 ? '' : 's'}`;
}

export const createRegionCommand: Tool = (context, args) => {
  const parsed = parseOptions(args, CREATE, 'cxl create-region <target0> ... [<options>]');
  refuse(parsed, 'create-region');
  const request = parseCreate(context, parsed);
  const made = typeof request === 'number' ? undefined : createRegion(context, request);
  if (typeof made === 'object') {
    // Numbers are for people wherever the output goes to a terminal.
    context.stdout(`${jsonPretty(regionJson(context.files, made.region, { human: true, targets: true }))}\n`);
  }
  log(context, 'cmd_create_region', `created ${plural(typeof made === 'object' ? 1 : 0)}`);
  // What comes after parsing is reported, but does not become the exit status.
  return typeof request === 'number' ? 1 : 0;
};

/** A command on regions that are there: their names, numbers, or `all`. */
function regionCommand(
  verb: 'enable' | 'disable' | 'destroy', options: readonly OptionSpec[],
  act: (context: ToolContext, region: CxlDevice, parsed: ParsedOptions) => Errno,
): Tool {
  const done = verb === 'destroy' ? 'destroyed' : `${verb}d`;
  return (context, args) => {
    const parsed = parseOptions(args, options, `cxl ${verb}-region <region0> ... [<options>]`);
    refuse(parsed, `${verb}-region`);
    let count = 0;
    let failure: Errno = 0;
    for (const decoder of rootDecoders(context, parsed.string('decoder'))) {
      for (const region of regionsOf(context.files, decoder)) {
        if (!parsed.operands.some((word) => selects(word, region.name))) continue;
        const error = act(context, region, parsed);
        if (error === 0) count++;
        else {
          log(context, 'decoder_region_action', `${region.name}: failed: ${strerror(error)}`);
          failure = error;
        }
      }
    }
    if (failure !== 0) log(context, 'region_action', `one or more failures, last failure: ${strerror(failure)}`);
    log(context, `cmd_${verb}_region`, `${done} ${plural(count)}`);
    return failure === 0 ? 0 : 1;
  };
}

export const enableRegionCommand = regionCommand('enable', BASE, enable);
export const disableRegionCommand = regionCommand('disable', BASE, disable);
export const destroyRegionCommand = regionCommand(
  'destroy',
  [...BASE, { short: 'f', long: 'force', type: 'boolean', help: 'destroy region even if currently active' }],
  (context, region, parsed) => destroy(context, region, parsed.boolean('force')),
);
