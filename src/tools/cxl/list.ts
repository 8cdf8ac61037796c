/** `cxl list`: a walk from the root down, each object put where the options want it. */

import type { FileTree } from '../../sysfs/file-tree.ts';
import { jsonPretty, type JsonObject, type JsonValue } from '../ndctl/json-c.ts';
import { errorText, parseOptions, UsageExit, usageText, type OptionSpec, type ParsedOptions } from '../ndctl/parse-options.ts';
import { NotModelled, type Tool } from '../tool.ts';
import { busJson, decoderJson, endpointJson, memdevJson, portJson, regionJson, type CxlJsonOptions } from './cxl-json.ts';
import {
  attribute, decodersOf, endpointsOf, isEnabled, memdevOf, memdevs, portsOf, regionsOf, root, type CxlDevice,
} from './topology.ts';

const USAGE = 'cxl list [<options>]';

const OPTIONS: readonly OptionSpec[] = [
  { short: 'm', long: 'memdev', type: 'string', value: 'memory device name(s)', help: 'filter by CXL memory device name(s)' },
  { short: 's', long: 'serial', type: 'string', value: 'memory device serial(s)', help: 'filter by CXL memory device serial number(s)' },
  { short: 'M', long: 'memdevs', type: 'boolean', help: 'include CXL memory device info' },
  { short: 'b', long: 'bus', type: 'string', value: 'bus device name', help: 'filter by CXL bus device name(s)' },
  { short: 'B', long: 'buses', type: 'boolean', help: 'include CXL bus info' },
  { short: 'p', long: 'port', type: 'string', value: 'port device name', help: 'filter by CXL port device name(s)' },
  { short: 'P', long: 'ports', type: 'boolean', help: 'include CXL port info' },
  { short: 'S', long: 'single', type: 'boolean', help: 'skip listing descendant objects' },
  { short: 'e', long: 'endpoint', type: 'string', value: 'endpoint device name', help: 'filter by CXL endpoint device name(s)' },
  { short: 'E', long: 'endpoints', type: 'boolean', help: 'include CXL endpoint info' },
  { short: 'd', long: 'decoder', type: 'string', value: 'decoder device name', help: 'filter by CXL decoder device name(s) / class' },
  { short: 'D', long: 'decoders', type: 'boolean', help: 'include CXL decoder info' },
  { short: 'T', long: 'targets', type: 'boolean', help: 'include CXL target data with decoders, ports, or regions' },
  { short: 'r', long: 'region', type: 'string', value: 'region name', help: 'filter by CXL region name(s)' },
  { short: 'R', long: 'regions', type: 'boolean', help: 'include CXL regions' },
  { short: 'i', long: 'idle', type: 'boolean', help: 'include disabled devices' },
  { short: 'u', long: 'human', type: 'boolean', help: 'use human friendly number formats' },
  { short: 'H', long: 'health', type: 'boolean', help: 'include memory device health information' },
  { short: 'I', long: 'partition', type: 'boolean', help: 'include memory device partition information' },
  { short: 'A', long: 'alert-config', type: 'boolean', help: 'include alert configuration information' },
  { short: 'v', long: 'verbose', type: 'count', help: 'increase output detail' },
  { long: 'debug', type: 'boolean', help: 'debug list walk' },
];

type Kind = 'buses' | 'ports' | 'endpoints' | 'memdevs' | 'decoders' | 'regions';

interface Wanted extends CxlJsonOptions {
  readonly kinds: ReadonlySet<Kind>;
  readonly idle: boolean;
  readonly memdev: string | undefined;
  readonly decoder: string | undefined;
  readonly region: string | undefined;
}

/** Top-level lists in the order they are shown. */
const GROUPS = [
  'anon memdevs', 'buses', 'ports', 'endpoints', 'memdevs', 'root decoders', 'port decoders', 'endpoint decoders', 'regions',
] as const;
type Group = (typeof GROUPS)[number];

/** Whether one of the words of a list is the name, its number, or `all`. */
export function selects(filter: string | undefined, name: string): boolean {
  if (filter === undefined) return true;
  const id = name.replace(/^[a-z]+/, '');
  return filter.split(/[ ,]+/).some((word) => word === 'all' || word === name || word === id);
}

class Walk {
  readonly files: FileTree;
  readonly wanted: Wanted;
  readonly groups = new Map<Group, JsonValue[]>(GROUPS.map((group) => [group, []]));

  constructor(files: FileTree, wanted: Wanted) {
    this.files = files;
    this.wanted = wanted;
  }

  #shows(kind: Kind): boolean {
    return this.wanted.kinds.has(kind);
  }

  #group(group: Group): JsonValue[] {
    return this.groups.get(group) as JsonValue[];
  }

  run(): void {
    const { files, wanted } = this;
    for (const memdev of memdevs(files)) {
      if (isEnabled(files, memdev) || !wanted.idle || !this.#shows('memdevs') || !selects(wanted.memdev, memdev.name)) continue;
      this.#group('anon memdevs').push(memdevJson(files, memdev, wanted));
    }
    const top = root(files);
    if (top === undefined) return;
    const bus = this.#shows('buses') ? busJson(files, top, wanted) : undefined;
    const place = {
      ports: bus && this.#shows('ports') ? [] : this.#group('ports'),
      endpoints: bus && this.#shows('endpoints') ? [] : this.#group('endpoints'),
      memdevs: bus && !this.#shows('ports') && !this.#shows('endpoints') ? [] : this.#group('memdevs'),
      portDecoders: bus ? [] : this.#group('port decoders'),
      endpointDecoders: bus ? [] : this.#group('endpoint decoders'),
    };
    const decoders = bus ? place.portDecoders : this.#group('root decoders');
    if (bus) place.endpointDecoders = place.portDecoders;
    this.#decoders(top, 'root', decoders);
    this.#ports(top, 1, place);
    if (bus === undefined) return;
    this.#group('buses').push(bus);
    addSuffixed(bus, top.name, [
      ['ports', place.ports, this.#group('ports')], ['endpoints', place.endpoints, this.#group('endpoints')],
      ['decoders', place.portDecoders, undefined], ['memdevs', place.memdevs, this.#group('memdevs')],
    ]);
  }

  #decoders(port: CxlDevice, kind: 'root' | 'port' | 'endpoint', into: JsonValue[]): void {
    const { files, wanted } = this;
    for (const decoder of decodersOf(files, port)) {
      const isIdle = (attribute(files, decoder, 'size') ?? 0) === 0;
      const chosen = selectsDecoder(wanted.decoder, decoder.name, kind) && (wanted.idle || !isIdle);
      const json = this.#shows('decoders') && chosen ? decoderJson(files, decoder, port, kind, wanted) : undefined;
      if (json !== undefined) into.push(json);
      if (kind !== 'root' || !this.#shows('regions')) continue;
      const regions = regionsOf(files, decoder)
        .filter((region) => selects(wanted.region, region.name) && (wanted.idle || isEnabled(files, region)))
        .map((region) => regionJson(files, region, wanted));
      if (json === undefined) this.#group('regions').push(...regions);
      else if (regions.length > 0) json[`regions:${decoder.name}`] = regions;
    }
  }

  #ports(parent: CxlDevice, depth: number, place: Place): void {
    const { files, wanted } = this;
    for (const port of portsOf(files, parent)) {
      if (!wanted.idle && !isEnabled(files, port)) continue;
      const json = this.#shows('ports') ? portJson(files, port, depth, wanted) : undefined;
      const own: Place = json === undefined
        ? place
        : {
          ports: [],
          endpoints: this.#shows('endpoints') ? [] : place.endpoints,
          memdevs: this.#shows('endpoints') ? place.memdevs : [],
          portDecoders: [],
          endpointDecoders: [],
        };
      if (json !== undefined) own.endpointDecoders = own.portDecoders;
      this.#endpoints(port, depth + 1, own);
      this.#decoders(port, 'port', own.portDecoders);
      this.#ports(port, depth + 1, own);
      if (json === undefined) continue;
      place.ports.push(json);
      addSuffixed(json, port.name, [
        ['ports', own.ports, undefined], ['endpoints', own.endpoints, place.endpoints],
        ['decoders', own.portDecoders, undefined], ['memdevs', own.memdevs, place.memdevs],
      ]);
    }
  }

  #endpoints(port: CxlDevice, depth: number, place: Place): void {
    const { files, wanted } = this;
    for (const endpoint of endpointsOf(files, port)) {
      if (!wanted.idle && !isEnabled(files, endpoint)) continue;
      const memdev = memdevOf(files, endpoint);
      const json = this.#shows('endpoints') ? endpointJson(files, endpoint, depth) : undefined;
      const chosen = memdev !== undefined && this.#shows('memdevs') && selects(wanted.memdev, memdev.name);
      if (chosen && json !== undefined) json['memdev'] = memdevJson(files, memdev, wanted);
      else if (chosen) place.memdevs.push(memdevJson(files, memdev, wanted));
      const decoders: JsonValue[] = json === undefined ? place.endpointDecoders : [];
      this.#decoders(endpoint, 'endpoint', decoders);
      if (json === undefined) continue;
      if (decoders.length > 0) json[`decoders:${endpoint.name}`] = decoders;
      place.endpoints.push(json);
    }
  }
}

/** Lists that what is found below goes into. */
interface Place {
  ports: JsonValue[];
  endpoints: JsonValue[];
  memdevs: JsonValue[];
  portDecoders: JsonValue[];
  endpointDecoders: JsonValue[];
}

/** Adds lists under `ports:root0` and the like, those that are an object's own and not empty. */
function addSuffixed(
  json: JsonObject, name: string, lists: readonly (readonly [string, JsonValue[], JsonValue[] | undefined])[],
): void {
  for (const [kind, list, outer] of lists) if (list !== outer && list.length > 0) json[`${kind}:${name}`] = list;
}

/** `decoder0.0`, `0.0`, or a class of decoders. */
export function selectsDecoder(filter: string | undefined, name: string, kind: 'root' | 'port' | 'endpoint'): boolean {
  if (filter === undefined) return true;
  const classes = { root: 'root', port: 'switch', endpoint: 'endpoint' };
  return filter.split(/[ ,]+/).some((word) => word === 'all' || word === classes[kind] || word === name || `decoder${word}` === name);
}

const REFUSED = ['serial', 'bus', 'port', 'endpoint', 'single', 'health', 'partition', 'alert-config', 'debug'];

function wantedOf(parsed: ParsedOptions): Wanted {
  for (const name of REFUSED) {
    if (parsed.string(name) !== undefined) throw new NotModelled(`cxl list --${name} is not modelled`);
  }
  const verbose = parsed.count('verbose');
  if (verbose > 2) throw new NotModelled('cxl list -vvv asks devices about their health, which is not modelled');
  const kinds = new Set<Kind>((['buses', 'ports', 'endpoints', 'memdevs', 'decoders', 'regions'] as const).filter((kind) => parsed.boolean(kind)));
  const memdev = parsed.string('memdev');
  const decoder = parsed.string('decoder');
  const region = parsed.string('region');
  if (kinds.size === 0) {
    if (memdev !== undefined) kinds.add('memdevs');
    if (decoder !== undefined) kinds.add('decoders');
    if (region !== undefined) kinds.add('regions');
  }
  if (kinds.size === 0) for (const kind of ['regions', 'memdevs'] as const) kinds.add(kind);
  if (verbose > 0) for (const kind of ['buses', 'ports', 'endpoints', 'decoders'] as const) kinds.add(kind);
  // A filter also thins out what leads to its objects: that is not modelled.
  const filters: readonly (readonly [string | undefined, Kind])[] = [[memdev, 'memdevs'], [decoder, 'decoders'], [region, 'regions']];
  for (const [filter, kind] of filters) {
    if (filter !== undefined && (kinds.size > 1 || !kinds.has(kind))) throw new NotModelled(`cxl list filters ${kind} only by themselves`);
  }
  return {
    kinds, memdev, decoder, region,
    human: parsed.boolean('human'),
    targets: parsed.boolean('targets') || verbose > 0,
    idle: parsed.boolean('idle') || verbose > 1,
  };
}

export const list: Tool = (context, args) => {
  const parsed = parseOptions(args, OPTIONS, USAGE);
  if (parsed.operands.length > 0) {
    const complaints = parsed.operands.map((word) => `${errorText(`unknown parameter "${word}"`)}\n`).join('');
    throw new UsageExit(complaints + usageText(USAGE, OPTIONS));
  }
  const wanted = wantedOf(parsed);
  const walk = new Walk(context.files, wanted);
  walk.run();
  const groups = GROUPS.map((group) => [group, walk.groups.get(group) as JsonValue[]] as const).filter(([, found]) => found.length > 0);
  const only = groups.length === 1 ? groups[0] : undefined;
  const shown: JsonValue[] = only === undefined ? groups.map(([group, found]) => ({ [group]: found })) : [...only[1]];
  const [first] = shown;
  if (first === undefined && wanted.human) return 0;
  if (first === undefined) context.stderr('  Warning: no matching devices found\n\n');
  if (first !== undefined && shown.length === 1 && wanted.human) context.stdout(`${jsonPretty(first)}\n`);
  else context.stdout(first === undefined ? '[\n]\n' : `${jsonPretty(shown)}\n`);
  return 0;
};
