/** Takes memory layout from what `ndctl list`, `daxctl list` and `cxl list` print as JSON. */

import { NoteList, shown } from './capture-error.ts';
import type { CapturedDevice, CapturedPart } from './captured-machine.ts';
import { countText } from './finding.ts';
import { parseLooseJson, type LooseObject, type LooseValue } from './loose-json.ts';

/** Most devices kept. */
const MAX_DEVICES = 10_000;

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A number as these tools print it: plain, hexadecimal, or rounded with its unit. */
function amount(value: LooseValue | undefined): { value: number; rounded: boolean } | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? { value, rounded: false } : undefined;
  if (typeof value !== 'string') return undefined;
  if (/^(?:0x[0-9a-f]{1,13}|\d{1,15})$/i.test(value)) return { value: Number(value), rounded: false };
  const match = /^(\d{1,9}(?:\.\d{1,2})?) ([KMGT]iB)\b/.exec(value);
  if (match === null) return undefined;
  const bytes = Math.round(Number(match[1]) * (UNITS[match[2] as string] as number));
  return { value: bytes, rounded: !Number.isInteger(Number(match[1])) };
}

function text(value: LooseValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function deviceOf(object: LooseObject): CapturedDevice | undefined {
  const dev = text(object['dev']);
  const chardev = text(object['chardev']);
  const region = text(object['region']);
  const decoder = text(object['decoder']);
  const kind =
    dev !== undefined && /^namespace\d/.test(dev)
      ? 'namespace'
      : dev !== undefined && /^region\d/.test(dev)
        ? 'region'
        : region !== undefined && object['size'] !== undefined
          ? 'region'
          : decoder !== undefined
            ? 'decoder'
            : chardev !== undefined && /^dax\d/.test(chardev) && dev === undefined
              ? 'dax'
              : undefined;
  if (kind === undefined) return undefined;
  const size = amount(object['size']);
  return {
    kind,
    name: (kind === 'dax' ? chardev : kind === 'decoder' ? decoder : (dev ?? region)) as string,
    start: amount(object['resource'])?.value,
    sizeBytes: size?.value,
    rounded: size?.rounded ?? false,
    mode: text(object['mode']) ?? text(object['type']),
    align: amount(object['align'])?.value,
    nid: amount(object['target_node'] ?? object['numa_node'])?.value,
  };
}

/** Reads devices from JSON, mended where it was cut or commented; objects that hold no memory layout are counted. */
export function parseDeviceJson(source: string, content: string): CapturedPart {
  const notes = new NoteList();
  const { values, mended } = parseLooseJson(content);
  for (const { line, text: what } of mended) notes.add({ code: 'json', source, line, text: what });
  const devices: CapturedDevice[] = [];
  const others = new Set<string>();
  const walk = (value: LooseValue): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      const device = deviceOf(value);
      if (device !== undefined && devices.length < MAX_DEVICES) devices.push(device);
      const other = text(value['memdev']) ?? (device === undefined ? text(value['dev']) : undefined);
      if (other !== undefined && others.size < MAX_DEVICES) others.add(other);
      for (const inner of Object.values(value)) if (inner !== undefined) walk(inner);
    }
  };
  values.forEach(walk);
  const rest = [...others]
    .slice(0, 3)
    .map((name) => shown(name, 20))
    .join(', ');
  const without = others.size === 0 ? '' : `; no memory layout in ${rest}${others.size > 3 ? ', …' : ''}`;
  return {
    sources: [
      {
        name: source,
        kind: 'device-json',
        says: `device list (JSON): ${countText(devices.length, 'device')} with memory${without}`,
      },
    ],
    ...(devices.length === 0 ? {} : { devices }),
    notes: notes.all(source),
  };
}
