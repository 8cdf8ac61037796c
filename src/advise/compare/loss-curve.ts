/** Loss over the number of devices that do not begin and end at sections, under each policy. */

import { accountOfMachine } from '../audit/machine-account.ts';
import { useEntry } from '../audit/use.ts';
import type { Machine } from '../../drivers/machine.ts';
import type { PolicyName } from '../../kernel/profile/policies.ts';
import { overlaps, type ByteRange } from '../../kernel/units.ts';
import { runShell } from '../../tools/shell.ts';
import { buildCurveMachine, curveRow, type CurveSpec } from './curve-world.ts';

/** What the devices become: device-dax, or System RAM by way of it. */
export type CurveUse = 'device' | 'ram';

export interface CurvePoint {
  /** Devices brought up so far. */
  readonly devices: number;
  /** Bytes of their memory, and of the RAM beside them, that nobody can use. */
  readonly lostBytes: number;
  readonly totalBytes: number;
}

export interface PolicyCurve {
  readonly policy: PolicyName;
  /** One for each number of devices from 1 on. */
  readonly points: readonly CurvePoint[];
  /** The first device, counted from 1, that cannot be used at all. */
  readonly firstFailure: number | undefined;
  /** Devices that cannot be used at all. */
  readonly failures: number;
  /** What the kernel said at the first failure. */
  readonly says: string | undefined;
}

/** Devices in one machine: each takes a millisecond and more, and /proc/iomem has to stay readable. */
export const MOST_CURVE_DEVICES = 512;

/**
 * Brings the devices up one after the other and adds up what is lost. Memory counts by address: what is neither
 * RAM that is online nor a device's data is lost, whoever lost it; a memmap in RAM is not.
 */
export function policyCurve(spec: CurveSpec, policy: PolicyName, use: CurveUse): PolicyCurve {
  const row = curveRow(spec);
  const machine = buildCurveMachine(spec, row, policy);
  runShell(machine, 'modprobe -a nd_e820 dax_pmem device_dax kmem');
  const said = row.map((_, k) => bringUp(machine, k, use));
  const used = usedRanges(machine);
  const points: CurvePoint[] = [];
  const failed: number[] = [];
  let lostBytes = 0;
  let totalBytes = 0;
  row.forEach((each, k) => {
    const ranges = [each.device, ...each.ram];
    const size = bytes(ranges);
    totalBytes += size;
    lostBytes += size - bytesWithin(used, ranges);
    if (bytesWithin(used, [each.device]) === 0) failed.push(k);
    points.push({ devices: k + 1, lostBytes, totalBytes });
  });
  const first = failed[0];
  return {
    policy,
    points,
    firstFailure: first === undefined ? undefined : first + 1,
    failures: failed.length,
    says: first === undefined ? undefined : said[first],
  };
}

/** Makes a device-dax of a region as ndctl does it, and RAM of that as daxctl does; returns what the kernel said. */
function bringUp(machine: Machine, k: number, use: CurveUse): string | undefined {
  const device = `/sys/bus/nd/devices/dax${k}.0`;
  const uuid = `00000000-0000-4000-8000-${String(k).padStart(12, '0')}`;
  const writes = [
    [uuid, `${device}/uuid`],
    ['ram', `${device}/mode`],
    ['2097152', `${device}/align`],
    [`namespace${k}.0`, `${device}/namespace`],
    [`dax${k}.0`, '/sys/bus/nd/drivers/dax_pmem/bind'],
    ...(use === 'ram'
      ? [
          [`dax${k}.0`, '/sys/bus/dax/drivers/device_dax/unbind'],
          [`dax${k}.0`, '/sys/bus/dax/drivers/kmem/new_id'],
        ]
      : []),
  ];
  const { log } = runShell(machine, writes.map(([text, file]) => `echo ${text} > ${file}`).join('; '));
  return log.find((line) => line.level <= 4)?.text ?? log.at(-1)?.text;
}

/** Ranges somebody uses, ascending. */
function usedRanges(machine: Machine): ByteRange[] {
  return accountOfMachine(machine)
    .devices.flatMap((device) => device.lines)
    .filter(({ use }) => useEntry(use).class === 'used')
    .flatMap(({ ranges }) => ranges)
    .sort((a, b) => a.start - b.start);
}

function bytes(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

function bytesWithin(used: readonly ByteRange[], ranges: readonly ByteRange[]): number {
  let sum = 0;
  for (const range of ranges) {
    for (const { start, end } of used) {
      if (overlaps(start, end, range.start, range.end)) sum += Math.min(end, range.end) - Math.max(start, range.start);
    }
  }
  return sum;
}
