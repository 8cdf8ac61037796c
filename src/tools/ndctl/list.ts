/** `ndctl list`: what there is, as JSON. */

import { busJson, dimmJson, regionJson } from './device-json.ts';
import { dimmMatches, type Filters, walkDevices } from './filter.ts';
import { displayJsonArray, jsonPretty, type JsonObject } from './json-c.ts';
import { namespaceJson, type ShowFlags } from './namespace-json.ts';
import { type OptionSpec, parseOptions, UsageExit, usageText } from './parse-options.ts';
import type { Session } from './session.ts';

const USAGE = 'ndctl list [<options>]';

const filter = (short: string, long: string, value: string, help: string): OptionSpec =>
  ({ short, long, type: 'string', value, help });
const include = (short: string, long: string, help: string): OptionSpec => ({ short, long, type: 'boolean', help });

const OPTIONS: readonly OptionSpec[] = [
  filter('b', 'bus', 'bus-id', 'filter by bus'),
  filter('r', 'region', 'region-id', 'filter by region'),
  filter('d', 'dimm', 'dimm-id', 'filter by dimm'),
  filter('n', 'namespace', 'namespace-id', 'filter by namespace id'),
  filter('m', 'mode', 'namespace-mode', 'filter by namespace mode'),
  filter('t', 'type', 'region-type', 'filter by region-type'),
  filter('U', 'numa-node', 'numa node', 'filter by numa node'),
  include('B', 'buses', 'include bus info'),
  include('D', 'dimms', 'include dimm info'),
  include('F', 'firmware', 'include firmware info'),
  include('H', 'health', 'include dimm health'),
  include('R', 'regions', 'include region info'),
  include('N', 'namespaces', 'include namespace info (default)'),
  include('X', 'device-dax', 'include device-dax info'),
  include('C', 'capabilities', 'include region capability info'),
  include('i', 'idle', 'include idle devices'),
  include('c', 'configured', 'include configured namespaces, disabled or not'),
  include('M', 'media-errors', 'include media errors'),
  include('u', 'human', 'use human friendly number formats '),
  { short: 'v', long: 'verbose', type: 'count', help: 'increase output detail' },
];

interface Selection {
  readonly filters: Filters;
  readonly flags: ShowFlags;
  readonly buses: boolean;
  readonly dimms: boolean;
  readonly regions: boolean;
  readonly namespaces: boolean;
}

function readSelection(session: Session, args: readonly string[]): Selection {
  const options = parseOptions(args, OPTIONS, USAGE);
  for (const word of options.operands) session.error(`unknown parameter "${word}"`);
  if (options.operands.length > 0) throw new UsageExit(usageText(USAGE, OPTIONS));
  const on = (long: string): boolean => options.boolean(long);
  let [buses, dimms, regions, namespaces] = [on('buses'), on('dimms'), on('regions'), on('namespaces')];
  let [dax, idle, mode] = [on('device-dax'), on('idle'), options.string('mode')];
  const given = (long: string): string | undefined => options.string(long);
  if (!buses && !dimms && !regions && !namespaces) {
    buses = given('bus') !== undefined;
    regions = given('region') !== undefined;
    dimms = given('dimm') !== undefined;
    if (dax) mode ??= 'dax';
  }
  const verbose = options.count('verbose');
  if (verbose >= 2) [dimms, buses, regions] = [true, true, true];
  if (verbose >= 1) [namespaces, dax] = [true, true];
  if (verbose >= 3) idle = true;
  if (!buses && !dimms && !regions && !namespaces) namespaces = true;
  const filters: Filters = {
    bus: given('bus'),
    region: given('region'),
    dimm: given('dimm'),
    namespace: given('namespace'),
    mode,
    type: given('type'),
    numaNode: given('numa-node'),
  };
  const flags: ShowFlags = {
    human: on('human'),
    idle,
    configured: on('configured'),
    mediaErrors: on('media-errors') || verbose >= 1,
    dax,
    verbose: verbose >= 1,
    capabilities: on('capabilities') || verbose >= 3,
    // The model's DIMMs take no firmware and no health command: the real tool then shows nothing of either.
    firmware: on('firmware') || verbose >= 3,
  };
  return { filters, flags, buses, dimms, regions, namespaces };
}

/** Lists as they grow; a list hangs in its container from its first member on. */
class Listing {
  readonly selection: Selection;
  buses: JsonObject[] | undefined;
  dimms: JsonObject[] | undefined;
  regions: JsonObject[] | undefined;
  namespaces: JsonObject[] | undefined;
  bus: JsonObject | undefined;
  region: JsonObject | undefined;

  constructor(selection: Selection) {
    this.selection = selection;
  }

  startBus(json: JsonObject): void {
    if (!this.selection.buses) return;
    [this.dimms, this.region, this.regions, this.namespaces] = [undefined, undefined, undefined, undefined];
    this.bus = json;
    (this.buses ??= []).push(json);
  }

  addDimm(json: JsonObject): void {
    if (this.dimms === undefined) {
      this.dimms = [];
      if (this.bus !== undefined) this.bus['dimms'] = this.dimms;
    }
    this.dimms.push(json);
  }

  addRegion(json: JsonObject): void {
    if (this.regions === undefined) {
      this.regions = [];
      if (this.bus !== undefined) this.bus['regions'] = this.regions;
    }
    this.region = json;
    // Namespaces of the region before stay with it; whether the last one has any decides the form of the whole.
    this.namespaces = undefined;
    this.regions.push(json);
  }

  addNamespace(json: JsonObject): void {
    if (this.namespaces === undefined) {
      this.namespaces = [];
      const container = this.region ?? this.bus;
      if (container !== undefined) container['namespaces'] = this.namespaces;
    }
    this.namespaces.push(json);
  }

  text(): string {
    const { buses, dimms, regions, namespaces } = this;
    const { human } = this.selection.flags;
    if (buses !== undefined) return displayJsonArray(buses, human);
    const lists = [dimms, regions, namespaces].filter((list) => list !== undefined);
    const [only] = lists;
    if (only === undefined) return '';
    if (lists.length === 1) return displayJsonArray(only, human);
    const platform: JsonObject = {};
    if (dimms !== undefined) platform['dimms'] = dimms;
    if (regions !== undefined) platform['regions'] = regions;
    if (namespaces !== undefined && regions === undefined) platform['namespaces'] = namespaces;
    return `${jsonPretty(platform)}\n`;
  }
}

export function list(session: Session, args: readonly string[]): number {
  const selection = readSelection(session, args);
  const { filters, flags } = selection;
  const showsIdle = flags.idle || flags.configured;
  const listing = new Listing(selection);
  const rc = walkDevices(session, filters, {
    bus: (bus) => listing.startBus(busJson(bus)),
    dimm: selection.dimms
      ? (dimm) => {
          if (showsIdle || dimm.isEnabled) listing.addDimm(dimmJson(dimm, flags));
        }
      : undefined,
    region: (region) => {
      if (!selection.regions || !(showsIdle || region.isEnabled)) return;
      const isMapped = (dimm: (typeof region.dimms)[number]): boolean =>
        selection.dimms && dimmMatches(dimm, filters.dimm) && (showsIdle || dimm.isEnabled);
      listing.addRegion(regionJson(region, flags, isMapped));
    },
    namespace: selection.namespaces
      ? (namespace) => {
          if (!namespace.isActive && !flags.idle && !(flags.configured && namespace.size > 0)) return;
          const json = namespaceJson(namespace, flags);
          if (json !== undefined) listing.addNamespace(json);
        }
      : undefined,
  });
  if (rc === 0) session.out(listing.text());
  return rc;
}
