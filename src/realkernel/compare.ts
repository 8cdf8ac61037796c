/** Compares what a model and a kernel did, facet by facet, leaving out what no map predicts. */

import { memoryChange } from './model-memory.ts';
import type { RecordedState } from './recording.ts';

export const STATE_FACETS = ['iomem', 'blocks', 'zones', 'online_pfns', 'sections', 'devices', 'memory'] as const;
export const FACETS = ['exit', 'output', 'dmesg', ...STATE_FACETS] as const;
export type StateFacet = (typeof STATE_FACETS)[number];
export type Facet = (typeof FACETS)[number];

/** Names in /proc/iomem that the model owns; firmware devices, bridges and the kernel image are not its subject. */
const OWNED = [
  /^System RAM( \(.*\))?$/,
  /^Reserved$/i,
  /^RAM buffer$/,
  /^ACPI (Tables|Non-volatile Storage)$/,
  /^Unusable memory$/,
  /^Unknown E820 type$/,
  /^Soft Reserved$/,
  /^Persistent Memory( \(legacy\))?$/,
  /^CXL Window \d+$/,
  /^(region|dax|namespace|btt|pfn|hmem|virtio)\d+(\.\d+)*$/,
];

/** The lines of /proc/iomem that the model answers for, indented by what is left of their parents. */
export function ownedIomem(lines: readonly string[]): string[] {
  const kept: string[] = [];
  const owners: number[] = [];
  for (const line of lines) {
    const depth = (line.length - line.trimStart().length) / 2;
    while (owners.length > 0 && (owners.at(-1) as number) >= depth) owners.pop();
    const name = line.slice(line.indexOf(' : ') + 3);
    // Where a device tree lists memory, what boot reserved for itself stands inside System RAM: image, page tables, CMA.
    if (name === 'reserved' && owners.length > 0) continue;
    if (!OWNED.some((pattern) => pattern.test(name))) continue;
    kept.push('  '.repeat(owners.length) + line.trimStart());
    owners.push(depth);
  }
  return kept;
}

/** Log lines whose content depends on more than the map: zone lists' totals, page dumps, other subsystems. */
const UNPREDICTABLE_LOG = [
  /^Fallback order for Node /,
  /^Built \d+ zonelists/,
  /^Policy zone: /,
  /^page: ?/,
  /^head: ?/,
  /^(anon |ksm )?flags: 0x/,
  /^raw: [0-9a-f]{16}/,
  /^page_type: /,
  /^page dumped because: /,
  // A busy host.
  /^(clocksource|hrtimer|tsc): /,
  /^TSC found unstable after boot/,
  /^sched_clock: Marking unstable /,
  /^ACPI: \\/,
  // Where no firmware has set the device up before.
  /^virtio-pci \S+: enabling device /,
  // How long the struct pages of a device took.
  /^\S+ initialised,? \d+ pages in \d+ms$/,
];

/**
 * What WARN() prints around its text: the place in the source, processor, process, registers, back trace. Left out on
 * both sides; the text itself is compared.
 */
const WARN_SURROUNDINGS = [
  /^-+\[ cut here \]-+$/,
  /^---\[ end trace [0-9a-f]+ \]---$/,
  /^WARNING: /,
  /^Modules linked in:/,
  /^CPU: \d+ (UID: \d+ )?PID: \d+ /,
  // The second WARN() of a boot, and later ones.
  /^Tainted: /,
  /^(Oops: )?invalid opcode: /,
  /^Hardware name: /,
  /^Workqueue: /,
  /^Call Trace:$/,
  /^ <\/?(TASK|IRQ|NMI)>$/,
  /^ (\? )?\S+\+0x[0-9a-f]+\/0x[0-9a-f]+( \[.*\])?$/,
  /^(RIP|Code|RSP|RAX|RDX|RBP|R10|R13|FS|CS|CR2|DR0|DR3|PKRU): /,
];

/** Of a BUG() the line in the source differs from build to build. */
const BUG_PLACE = /^(kernel BUG at [^:]+):\d+!$/;

const LEFT_OUT = [...UNPREDICTABLE_LOG, ...WARN_SURROUNDINGS];

/** Log lines to compare, in an order that does not hang on which device was probed first. */
export function comparableLog(lines: readonly string[]): string[] {
  const kept = lines.map((line) => line.trimEnd().replace(BUG_PLACE, '$1!')).filter((line) => !LEFT_OUT.some((p) => p.test(line)));
  // Lines about one device keep their order; devices are put in order of their names.
  const device = (line: string): string => {
    const [, driver, name] = /^(\S+): probe of (\S+) failed/.exec(line) ?? [];
    return name === undefined ? (/^\S+ [^\s:]+(?=:)/.exec(line)?.[0] ?? '') : `${driver} ${name}`;
  };
  return kept
    .map((line, index) => ({ line, index, key: device(line) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index))
    .map(({ line }) => line);
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Output to compare: uuids are random, and the recorder kept no empty lines at the end. */
export function comparableOutput(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, last + 1).map((line) => line.replace(UUID, '<uuid>'));
}

const STAMP = /^\[ *\d+\.\d+\] ?/;

/**
 * Output of a command on both sides. What dmesg prints is compared as the log is: without the time, which the model
 * does not have, and not in the order of probing.
 */
export function comparableOutputs(kernel: readonly string[], model: readonly string[]): [string[], string[]] {
  if (!kernel.some((line) => STAMP.test(line))) return [comparableOutput(kernel), comparableOutput(model)];
  const asLog = (lines: readonly string[]): string[] => comparableLog(comparableOutput(lines).map((line) => line.replace(STAMP, '')));
  return [asLog(kernel), asLog(model)];
}

/** Facets that a recording may lack: the first ones do. */
export const LATER_FACETS: readonly Facet[] = ['devices', 'memory'];

/** A facet of a state as lines, the form in which it is compared and shown. */
export function facetLines(state: RecordedState, facet: StateFacet, boot: RecordedState): string[] {
  switch (facet) {
    case 'iomem':
      return ownedIomem(state.iomem);
    case 'online_pfns':
      return [...state.online_pfns];
    case 'devices':
      return comparableOutput(state.devices ?? []);
    case 'memory':
      return memoryChange(state.memory ?? [], boot.memory ?? []);
    case 'blocks':
      return state.blocks.map((run) => `memory${run.first}-${run.last} ${run.state} ${run.valid_zones}`);
    case 'zones':
      return state.zones.map(
        (zone) =>
          `node ${zone.node} ${zone.zone} start_pfn ${zone.start_pfn} spanned ${zone.spanned} present ${zone.present}`,
      );
    case 'sections':
      return state.sections.map((run) => {
        const bits = run.subsections === null || run.subsections === undefined ? '' : ` ${run.subsections}`;
        return `section ${run.first}-${run.last} flags 0x${run.flags.toString(16).padStart(2, '0')}${bits}`;
      });
  }
}

export function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
